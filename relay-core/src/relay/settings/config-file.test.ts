import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ConfigFile } from './config-file.ts'

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'nps-conf-'))))
afterEach(() => rmSync(folder, { recursive: true }))

test('of two saves of the same text at the same time, the second is told that it has changed', async () => {
  const path = join(folder, 'nps.conf')
  writeFileSync(path, 'bridge_port=8024\n')
  const applied: (number | null)[] = []
  const file = new ConfigFile(path, async ({ webPort }) => {
    applied.push(webPort)
    return { waiting: [] }
  })
  const { revision } = await file.read()
  const [first, second] = await Promise.allSettled(
    [8081, 8082].map((port) => file.save({ text: `web_port=${port}\n`, revision })),
  )
  expect(first).toMatchObject({ status: 'fulfilled' })
  expect(second).toMatchObject({ status: 'rejected', reason: { code: 'config-changed' } })
  expect(readFileSync(path, 'utf8')).toBe('web_port=8081\n')
  expect(applied).toEqual([8081])
})
