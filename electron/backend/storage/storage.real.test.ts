import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openKeyFile } from '../key-file.ts'
import { openStorage } from './storage.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nps-desktop-kill-'))
})

afterEach(async () => {
  await rm(folder, { recursive: true })
})

/** Writes servers, secrets and lines as fast as it can, and prints each number once its calls have returned. */
const writer = (storageModule: string, keyFileModule: string): string => `
import { writeSync } from 'node:fs'
import { openStorage } from ${JSON.stringify(storageModule)}
import { openKeyFile } from ${JSON.stringify(keyFileModule)}
const folder = process.argv[2]
const storage = openStorage({ dataFolder: folder, ...(await openKeyFile(folder)) })
const server = { name: 'n', address: null, relay: null, installed: null, ports: null, local: false }
const line = { tone: 'ok', code: 'server-online', params: {}, serverId: null, labId: null, tunnelId: null }
for (let number = 1; ; number += 1) {
  await storage.secrets.set('server/s' + number + '/ssh', 'secret ' + number)
  storage.servers.put({ ...server, id: 's' + number })
  storage.activity.add({ ...line, atMs: number })
  writeSync(1, number + '\\n')
}
`

test('what was acknowledged before a kill -9 is there after it, and the file opens as ever', async () => {
  const script = join(folder, 'writer.ts')
  await writeFile(
    script,
    writer(join(import.meta.dirname, 'storage.ts'), join(import.meta.dirname, '../key-file.ts')),
  )
  let acknowledged = 0
  for (const killAfter of [3, 40, 90]) {
    const child = spawn(process.execPath, [script, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
    const exited = once(child, 'exit')
    let last = 0
    for await (const number of createInterface({ input: child.stdout })) {
      last = Number(number)
      if (last === killAfter) child.kill('SIGKILL')
    }
    await exited
    expect(last).toBeGreaterThanOrEqual(killAfter)
    acknowledged = Math.max(acknowledged, last)

    const storage = openStorage({ dataFolder: folder, ...(await openKeyFile(folder)) })
    try {
      expect(storage.servers.get(`s${last}`)).toBeDefined()
      expect(await storage.secrets.get(`server/s${last}/ssh`)).toBe(`secret ${last}`)
      expect(storage.activity.newest(1)[0]?.atMs).toBeGreaterThanOrEqual(last)
      expect(storage.servers.list().length).toBeGreaterThanOrEqual(acknowledged)
    } finally {
      storage.close()
    }
  }
})
