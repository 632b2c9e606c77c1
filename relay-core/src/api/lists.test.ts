import { expect, test } from 'vitest'
import * as z from 'zod'
import { readList, writtenList } from './lists.ts'
import { tunnel } from './relay-tunnel-models.ts'

const item = z.object({ id: z.number().int(), name: z.string(), kind: z.enum(['a', 'b']) })
const newer = (count: number) => Array.from({ length: count }, (_, id) => ({ id, name: 'n', kind: 'c' }))
const known = { id: -1, name: 'known', kind: 'a' } as const

test('a thousand items may be of a newer kind, and more of them are no answer', () => {
  expect(readList(item).parse([...newer(1_000), known]).unread).toHaveLength(1_000)
  const { error } = readList(item).safeParse([known, ...newer(1_001)])
  // which one, and what of it
  expect(error?.issues).toMatchObject([{ path: [1_001, 'kind'] }])
})

test.each([[{ name: 'n' }], [{ id: 'one', name: 'n' }], [7], [null], [[]]])(
  '%j is no item of any version',
  (wrong) => {
    expect(readList(item).safeParse([known, wrong]).success).toBe(false)
  },
)

test('a name of a newer kind drives no terminal, and is short', () => {
  const [{ name = '' } = {}] =
    readList(item).parse([{ id: 1, name: `\u001b[2J${'x'.repeat(500)}` }]).unread ?? []
  expect(name).toMatch(/^ \[2Jx+$/)
  expect(name).toHaveLength(64)
})

test('who writes a list is held to all of it', () => {
  expect(writtenList(item).safeParse([known, ...newer(1)]).success).toBe(false)
})

const zeros = (length: number) => Array.from({ length }, () => 0)
const deep = `{"id":1,"settings":${'['.repeat(50_000)}${']'.repeat(50_000)}}`

test.each([
  ['one with values without end', [{ id: 1, name: 'a', downTargets: zeros(1_000_000) }]],
  ['many with many', Array.from({ length: 300 }, (_, id) => ({ id, name: 'a', downTargets: zeros(9_000) }))],
  ['one that is deep', [JSON.parse(deep) as unknown]],
])('a hostile list is refused before it costs much: %s', (_what, told) => {
  const startedAtMs = performance.now()
  expect(readList(tunnel).safeParse(told).success).toBe(false)
  expect(performance.now() - startedAtMs).toBeLessThan(2_000)
})
