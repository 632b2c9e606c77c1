import { expect, test } from 'vitest'
import { hasInclude, isNewFile, withInclude, withoutInclude } from './include-block.ts'

const include = 'Include nps-desktop.conf'
const texts: Record<string, string> = {
  'an ordinary one': 'Host *\n  ForwardAgent yes\n\n# end\n',
  'ends of lines of Windows': 'Host *\r\n  ForwardAgent yes\r\n',
  'no end of the last line': 'Host gate\n  HostName 10.0.0.1',
  'one line without an end': 'ForwardAgent yes',
  'an empty file': '',
  'blank lines only': '\n\n',
  'a byte order mark': '\u00EF\u00BB\u00BFHost *\n  User goudan\n',
  'bytes that are no UTF-8': 'Host *\n  # \u00E9\u00FF\u0000\n',
  'mixed ends of lines': 'Host a\n  Port 1\r\nHost b\n\r\n',
  'another program’s block': '# >>> conda >>>\nInclude x\n# <<< conda <<<\n',
}

for (const [what, text] of Object.entries(texts)) {
  test(`${what}: on top, and out again byte by byte`, () => {
    const added = withInclude(text, include)
    expect(hasInclude(added, include)).toBe(true)
    expect(added.endsWith(text.replace('\u00EF\u00BB\u00BF', ''))).toBe(true)
    expect(added.split('\n').findIndex((line) => line.startsWith('Include nps'))).toBe(1)
    expect(withInclude(added, include)).toBe(added)
    expect(withoutInclude(added, include)).toBe(text)
    expect(isNewFile(added)).toBe(false)
  })
}

test('the block has the ends of lines of its file, and stands behind a byte order mark', () => {
  expect(withInclude('Host *\r\n', include)).toContain(`${include}\r\n`)
  expect(withInclude('\u00EF\u00BB\u00BFHost *\n', include)).toMatch(/^\u00EF\u00BB\u00BF# >>> NPS/)
})

test('a file that was not there is known as such, until something else is in it', () => {
  const added = withInclude(null, include)
  expect(isNewFile(added)).toBe(true)
  expect(withoutInclude(added, include)).toBe('')
  expect(withoutInclude(`${added}Host *\n`, include)).toBe('Host *\n')
})

test('what a person wrote into the block or took out of it is theirs', () => {
  const added = withInclude('Host *\n', include)
  const written = added.replace(`${include}\n`, `${include}\nHost mine\n  Port 1\n`)
  expect(withoutInclude(written, include)).toBe('Host mine\n  Port 1\nHost *\n')
  const without = added.replace(`${include}\n`, `#${include}\n`)
  expect(hasInclude(without, include)).toBe(false)
  expect(withInclude(without, include)).toContain(`\n${include}\n`)
})
