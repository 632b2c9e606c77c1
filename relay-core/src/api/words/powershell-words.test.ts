import { expect, test } from 'vitest'
import { powershellLine, powershellWord } from './powershell-words.ts'

test('a quoted word is one word for PowerShell, whatever is in it', () => {
  expect(powershellWord("it's $x; `n “so”")).toBe("'it''s $x; `n “so”'")
  // PowerShell takes these for the end of the word
  for (const quote of ['‘', '’', '‚', '‛', '\n', '\0']) expect(() => powershellWord(quote)).toThrow(TypeError)
})

test('a line holds nothing that PowerShell or cmd would read before it runs', () => {
  expect(powershellLine("f 'a'")).toBe(`powershell -NoProfile -ExecutionPolicy Bypass -Command "f 'a'"`)
  for (const sign of ['"', '“', '„', '$', '`', '%', '\n'])
    expect(() => powershellLine(`f ${sign}`)).toThrow(TypeError)
})
