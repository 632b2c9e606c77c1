import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { relayVersion } from './version.ts'

test('the version is the one of the package', () => {
  const text = readFileSync(join(import.meta.dirname, '../package.json'), 'utf8')
  expect(relayVersion).toBe((JSON.parse(text) as { version: string }).version)
})
