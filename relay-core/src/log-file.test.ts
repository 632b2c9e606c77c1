import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { LogFile } from './log-file.ts'

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'nps-log-'))))
afterEach(() => rmSync(folder, { recursive: true }))

test('a full file makes room for a new one; three older ones are kept', () => {
  const file = new LogFile(join(folder, 'sub/nps.log'), { largest: 20 })
  for (let number = 1; number <= 12; number++) file.write(`line ${number} ----\n`)
  file.close()
  expect(readdirSync(join(folder, 'sub')).toSorted()).toEqual([
    'nps.log',
    'nps.log.1',
    'nps.log.2',
    'nps.log.3',
  ])
  expect(readFileSync(join(folder, 'sub/nps.log'), 'utf8')).toContain('line 12')
})

test('what is there already is added to, and counts', () => {
  const path = join(folder, 'nps.log')
  const first = new LogFile(path, { largest: 10 })
  first.write('0123456789')
  first.close()
  const second = new LogFile(path, { largest: 10 })
  second.write('new')
  second.close()
  expect(readFileSync(path, 'utf8')).toBe('new')
  expect(readFileSync(`${path}.1`, 'utf8')).toBe('0123456789')
})
