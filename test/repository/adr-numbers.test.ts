import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'

const folder = resolve(import.meta.dirname, '../../docs/adr')
const files = readdirSync(folder).toSorted()

it('each decision has a number of its own, the next one, in its name and in its heading', () => {
  const expected = files.map((_, index) => index + 1)
  expect(files.map((file) => Number(file.slice(0, 4)))).toEqual(expected)
  const headings = files.map((file) => /^# (\d+)\. /.exec(readFileSync(join(folder, file), 'utf8'))?.[1])
  expect(headings.map(Number)).toEqual(expected)
})
