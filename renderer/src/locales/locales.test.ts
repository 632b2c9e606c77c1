import { expect, test } from 'vitest'
import { en } from './en.ts'
import { createTexts } from './index.ts'
import { zhCN } from './zh-cn.ts'

function texts(node: unknown, path = ''): [string, string][] {
  if (typeof node === 'string') return [[path, node]]
  return Object.entries(node as Record<string, unknown>).flatMap(([key, value]) =>
    texts(value, path ? `${path}.${key}` : key),
  )
}
const english = texts(en)
const chinese = new Map(texts(zhCN))
const placeholders = (text: string): string[] =>
  [...new Set([...text.matchAll(/\{([a-zA-Z]+)\}/g)].map(([, name]) => name ?? ''))].toSorted()

test('both languages have the same texts', () => {
  expect([...chinese.keys()].toSorted()).toEqual(english.map(([key]) => key).toSorted())
})

test('both languages use the same values; a Chinese text may leave out none but a count that English spells by plural', () => {
  for (const [key, text] of english) {
    const given = placeholders(text)
    const extra = placeholders(chinese.get(key) ?? '').filter((name) => !given.includes(name))
    // `n` and `number` are passed with every plural, whether the English text says them or not.
    expect(
      extra.filter((name) => name !== 'n' && name !== 'number'),
      key,
    ).toEqual([])
    const missing = given.filter((name) => !placeholders(chinese.get(key) ?? '').includes(name))
    expect(missing, key).toEqual([])
  }
})

test('no text says what people should not need to know', () => {
  const forbidden = /\b(relay|vkey|visitor|target host|nat|peer|proxy)\b/i
  const said = [...english, ...chinese].filter(
    ([key, text]) => forbidden.test(text) && !key.startsWith('server.conf'),
  )
  expect(said).toEqual([])
})

test('English is sentence case without exclamation marks, please or successfully', () => {
  const wrong = english.filter(([, text]) => /!|！|\bplease\b|\bsuccessfully\b/i.test(text))
  expect(wrong).toEqual([])
})

test('Chinese uses full-width punctuation between Chinese words', () => {
  const wrong = [...chinese].filter(([, text]) => /[一-鿿][,;:?!]|[一-鿿]\.(\s|$)/.test(text))
  expect(wrong).toEqual([])
})

test('every text compiles, in both languages', () => {
  const { global } = createTexts('en')
  for (const language of ['en', 'zh-CN'] as const) {
    global.locale.value = language
    for (const [key] of english) {
      const params = new Proxy(
        {},
        { get: (_target, name) => (typeof name === 'string' ? name : undefined), has: () => true },
      )
      expect(() => global.t(key, params as Record<string, unknown>), key).not.toThrow()
    }
  }
})
