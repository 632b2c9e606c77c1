import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { controlPath, type ControlPath } from '../../api-client/control-path.ts'
import { askRelay } from '../../api-client/ask-relay.ts'
import { loadOrCreateAdminKey } from '../../api-client/admin-key.ts'
import { ControlSocket } from './control-socket.ts'

let folder: string
let path: ControlPath
let control: ControlSocket

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'nps-control-'))
  // As on Windows, where the address is a pipe that other accounts can open too.
  path = { ...controlPath(folder, 'linux'), isProved: true }
  control = new ControlSocket({ path, reload: async () => 'Settings applied.' })
  await control.listen()
})

afterEach(async () => {
  await control.close()
  rmSync(folder, { recursive: true })
})

const reload = { question: '/reload', refusedAs: 'config-invalid' } as const

test('who can read the admin key is answered, again and again', async () => {
  expect(await askRelay(path, reload)).toBe('Settings applied.')
  expect(await askRelay(path, reload)).toBe('Settings applied.')
})

test('who cannot is told nothing, whatever they send', async () => {
  const stranger = connect(path.address)
  stranger.write(Buffer.alloc(32))
  stranger.write('POST /reload HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n')
  let told = Buffer.alloc(0)
  stranger.on('data', (chunk: Buffer) => (told = Buffer.concat([told, chunk])))
  stranger.on('error', () => undefined)
  await once(stranger, 'close')
  expect(told).toHaveLength(32)
})

test('a caller who knows another key asks nothing, and a relay of another key is not believed', async () => {
  writeFileSync(join(folder, 'admin.key'), `${'A'.repeat(43)}\n`)
  await expect(askRelay(path, reload)).rejects.toMatchObject({ code: 'relay-unreachable' })
})

test('without a key there is no relay to ask', async () => {
  rmSync(join(folder, 'admin.key'))
  await expect(askRelay(path, reload)).rejects.toThrow('nps is not running')
  await loadOrCreateAdminKey(folder)
})

test('the lock of the state folder holds for a pipe too', async () => {
  const second = new ControlSocket({ path, reload: async () => '' })
  await expect(second.listen()).rejects.toThrow('Another nps runs with the state in')
})
