import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { migrate } from './migrate.ts'

let database: DatabaseSync
beforeEach(() => (database = new DatabaseSync(':memory:')))
afterEach(() => database.close())

const first = 'create table notes (text text) strict'
const second = 'alter table notes add column at_ms integer; update notes set at_ms = 0'

const readVersion = () => Number(database.prepare('pragma user_version').get()?.['user_version'])
const columns = () => database.prepare('select * from notes').columns().length

function bringTo(steps: readonly string[]): void {
  const exec = (sql: string) => database.exec(sql)
  const transaction = <T>(work: () => T): T => {
    exec('begin immediate')
    try {
      const result = work()
      exec('commit')
      return result
    } catch (error) {
      exec('rollback')
      throw error
    }
  }
  migrate(
    { exec, transaction },
    {
      steps,
      readVersion,
      writeVersion: (version) => exec(`pragma user_version = ${version}`),
      newer: (found, known) => new Error(`newer: ${found}, known: ${known}`),
    },
  )
}

test('a file of each version is brought to the newest, and what it holds stays', () => {
  bringTo([first])
  database.exec(`insert into notes values ('kept')`)
  bringTo([first, second])
  expect(readVersion()).toBe(2)
  expect({ ...database.prepare('select * from notes').get() }).toEqual({ text: 'kept', at_ms: 0 })
})

test('a file that is up to date is not written to', () => {
  bringTo([first, second])
  database.exec('pragma query_only = on')
  bringTo([first, second])
  expect(readVersion()).toBe(2)
})

test('a step that fails undoes those before it', () => {
  bringTo([first])
  expect(() => bringTo([first, second, 'alter table missing add column at_ms integer'])).toThrow(
    'no such table: missing',
  )
  expect([readVersion(), columns()]).toEqual([1, 1])
})

test('a file of a newer version is refused and not changed', () => {
  bringTo([first, second])
  expect(() => bringTo([first])).toThrow('newer: 2, known: 1')
  expect([readVersion(), columns()]).toEqual([2, 2])
})
