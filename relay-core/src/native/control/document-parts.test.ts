import { describe, expect, it } from 'vitest'
import { DocumentReader, documentParts, maxDocumentBytes } from './document-parts.ts'

describe('a document in parts', () => {
  it.each([1, 4000, 4001, maxDocumentBytes])('of %i bytes is whole again at the other end', (length) => {
    const document = 'x'.repeat(length)
    const reader = new DocumentReader()
    const seen = documentParts(document).map((part) => reader.take(part))
    expect(seen.at(-1)).toBe(document)
    expect(seen.slice(0, -1).every((part) => part === undefined)).toBe(true)
  })

  it('keeps characters of several bytes, also across parts', () => {
    const document = '实验室'.repeat(3000)
    const reader = new DocumentReader()
    expect(
      documentParts(document)
        .map((part) => reader.take(part))
        .at(-1),
    ).toBe(document)
  })

  it('is UTF-8, or is not taken', () => {
    const part = Buffer.from('{"refused":["\xff"]}', 'latin1')
    expect(() => new DocumentReader().take({ more: false, part })).toThrow('not UTF-8')
  })

  it('has a limit on both sides', () => {
    expect(() => documentParts('x'.repeat(maxDocumentBytes + 1))).toThrow('a document of')
    const reader = new DocumentReader()
    const part = new Uint8Array(4000)
    expect(() => {
      for (let count = 0; count < 20; count++) reader.take({ more: true, part })
    }).toThrow('out of bounds')
    expect(() => new DocumentReader().take({ more: true, part: new Uint8Array() })).toThrow('out of bounds')
  })
})
