import { expect, test } from 'vitest'
import { en } from './en.ts'
import { createTexts } from './index.ts'
import { placeholdersOf } from './placeholders.ts'
import { zhCN } from './zh-cn.ts'

function texts(node: unknown, path = ''): [string, string][] {
  if (typeof node === 'string') return [[path, node]]
  return Object.entries(node as Record<string, unknown>).flatMap(([key, value]) =>
    texts(value, path ? `${path}.${key}` : key),
  )
}
const english = texts(en)
const chinese = new Map(texts(zhCN))

test('both languages have the same texts', () => {
  expect([...chinese.keys()].toSorted()).toEqual(english.map(([key]) => key).toSorted())
})

test('both languages use the same values', () => {
  // `n` and `number` come with every plural, whether the English text says them or not.
  const counts = ['n', 'number']
  const different = english.filter(([key, text]) => {
    const wanted = placeholdersOf(text)
    const used = placeholdersOf(chinese.get(key) ?? '')
    return (
      used.some((name) => !wanted.includes(name) && !counts.includes(name)) ||
      wanted.some((name) => !used.includes(name))
    )
  })
  expect(different).toEqual([])
})

// `server.conf` names settings of nps.conf, `tunnel.howTo` those of browsers as they call them
test('no text says what people should not need to know', () => {
  const forbidden = /\b(relay|vkey|visitor|target host|nat|peer|proxy)\b/i
  const said = [...english, ...chinese].filter(
    ([key, text]) =>
      forbidden.test(text) && !key.startsWith('server.conf') && !key.startsWith('tunnel.howTo'),
  )
  expect(said).toEqual([])
})

test('English is sentence case without exclamation marks, please or successfully', () => {
  const wrong = english.filter(([, text]) => /!|！|\bplease\b|\bsuccessfully\b/i.test(text))
  expect(wrong).toEqual([])
})

test('a heading begins with a capital letter, unless a program does', () => {
  const pages = import.meta.glob<string>('../**/*.vue', { query: '?raw', import: 'default', eager: true })
  const shown = Object.values(pages).flatMap((page) =>
    [...page.matchAll(/<h[1-4][^>]*>\s*\{\{\s*t\('([\w.-]+)'/g)].map(([, key = '']) => key),
  )
  expect(shown.length).toBeGreaterThan(30)
  const headings = english.filter(([key]) => shown.includes(key) || /(^|[.T])(title|heading)$/i.test(key))
  expect(headings.filter(([, text]) => /^(?!np[cs]\b|sudo )[a-z]/.test(text))).toEqual([])
})

test('Chinese uses full-width punctuation between Chinese words', () => {
  const wrong = [...chinese].filter(([, text]) => /[一-鿿][,;:?!]|[一-鿿]\.(\s|$)/.test(text))
  expect(wrong).toEqual([])
})

test('Chinese says 你 throughout, and puts no space after a full-width mark', () => {
  expect([...chinese].filter(([, text]) => /您|[。，：；！？、] (?!\|)/.test(text))).toEqual([])
})

test('every text compiles, in both languages', () => {
  const { global } = createTexts('en')
  const anything = Object.fromEntries(
    english.flatMap(([, text]) => placeholdersOf(text)).map((name) => [name, name]),
  )
  for (const [language, own] of [['en', english] as const, ['zh-CN', [...chinese]] as const]) {
    global.locale.value = language
    // A text with a stray brace, bar or at sign throws here.
    const empty = own.filter(([key, text]) => text !== '' && global.t(key, anything) === '')
    expect(empty).toEqual([])
  }
})

test('Chinese has one word for each act', () => {
  expect([...chinese].filter(([, text]) => /停下了|部署停下|显示主机密钥/.test(text))).toEqual([])
})
