import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { LogFile } from './log-file.ts'

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'nps-log-'))))
afterEach(() => rmSync(folder, { recursive: true }))

test('a full file makes room for a new one; three older ones are kept', () => {
  const file = new LogFile(join(folder, 'sub/nps.log'), { maxBytes: 20 })
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
  const first = new LogFile(path, { maxBytes: 10 })
  first.write('0123456789')
  first.close()
  const second = new LogFile(path, { maxBytes: 10 })
  second.write('new')
  second.close()
  expect(readFileSync(path, 'utf8')).toBe('new')
  expect(readFileSync(`${path}.1`, 'utf8')).toBe('0123456789')
})

test('a folder that cannot be written loses lines and nothing else, and the next line that is written says so', () => {
  const path = join(folder, 'logs/nps.log')
  const file = new LogFile(path, { maxBytes: 10 })
  file.write('0123456789')
  // What a full or broken disk does at a rotation: the old file is closed and no new one can be opened.
  renameSync(join(folder, 'logs'), join(folder, 'elsewhere'))
  writeFileSync(join(folder, 'logs'), '')
  for (let count = 0; count < 3; count++) file.write('lost')
  rmSync(join(folder, 'logs'))
  renameSync(join(folder, 'elsewhere'), join(folder, 'logs'))
  file.write('here again')
  file.close()
  expect(readFileSync(path, 'utf8')).toMatch(/3 lines were lost here\nhere again$/)
})
