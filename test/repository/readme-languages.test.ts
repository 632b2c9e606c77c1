import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
const [english = '', chinese = ''] = ['README.md', 'README.zh-CN.md'].map((file) =>
  readFileSync(join(root, file), 'utf8'),
)

/** Fenced blocks apart from the text around them. */
const blocks = (text: string) => [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)]
const prose = (text: string) => text.replace(/^```.*?^```$/gms, '')

/** Commands without their comments, which each language has in its own words. */
const commands = (text: string) =>
  blocks(text)
    .filter(([, language]) => language === 'sh')
    .map(([, , body = '']) => body.split('\n').map((line) => line.replace(/\s+# .*$/, '')))

/** How the sections are built: levels of headings, items of lists, rows of tables, in their order. */
const outline = (text: string) =>
  prose(text)
    .split('\n')
    .map((line) => /^(#+ |- |\| |!\[)/.exec(line)?.[1])
    .filter((mark) => mark !== undefined)

const linked = (text: string) =>
  new Set([...prose(text).matchAll(/\]\(([^)]+)\)/g)].map(([, target]) => target))
const inCode = (text: string) => new Set([...prose(text).matchAll(/`([^`]+)`/g)].map(([, code]) => code))

it('both READMEs have the same commands', () => {
  expect(commands(chinese)).toEqual(commands(english))
  expect(commands(english).flat().length).toBeGreaterThan(10)
})

it('both have the same sections, lists and tables', () => {
  expect(outline(chinese)).toEqual(outline(english))
})

it('both lead to the same pages and name the same files and options', () => {
  const other = (text: string) =>
    [...linked(text)].filter((target) => !/^README|screenshots\/home-/.test(target ?? '')).toSorted()
  expect(other(chinese)).toEqual(other(english))
  expect([...inCode(chinese)].toSorted()).toEqual([...inCode(english)].toSorted())
})
