import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { errorCodes } from '@nps-desktop/electron/contract'
import { expect, it } from 'vitest'

it('docs/errors.md has a heading for every code, and none for another', () => {
  const text = readFileSync(join(resolve(import.meta.dirname, '../..'), 'docs/errors.md'), 'utf8')
  const headings = [...text.matchAll(/^### (.+)$/gm)].map((match) => match[1])
  expect(headings.toSorted()).toEqual([...errorCodes].toSorted())
})
