import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { connectRelay } from '../../../relay-core/src/api-client/index.ts'
import { Relay } from '../../../relay-core/src/relay/relay.ts'
import { loopbackRelay } from '../../../relay-core/src/testing/loopback-relay.ts'
import { Windows, windowsPath } from '../../testbed/wine/windows.ts'
import { systemOf } from './system.ts'

/**
 * Wine's PowerShell says nothing, and its netstat lists no socket: what is seen here is that npc.exe starts the programs of its
 * system, does not take their silence for an empty list, and ends them, not what a Windows lists.
 */
it('npc.exe asks the programs of its system what listens there, and says in time that they do not tell', async () => {
  await using closing = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'nps-listing-'))
  closing.defer(() => rm(folder, { recursive: true }))
  const relay = new Relay({
    config: loopbackRelay,
    folder: join(folder, 'state'),
    tunnelHost: '127.0.0.1',
    writeLog: () => undefined,
  })
  closing.adopt(relay, (part) => part.close())
  const { bridgePort, adminKey, fingerprint } = await relay.start()
  const windows = closing.use(await Windows.start())
  const signal = AbortSignal.timeout(120_000)
  const connection = await connectRelay({ host: '127.0.0.1', port: bridgePort, adminKey, signal })
  closing.defer(() => connection.close())
  const { id, vkey } = await connection.client.clients.add({ name: 'lab' })
  const server = [`-server=127.0.0.1:${bridgePort}`, `-vkey=${vkey}`, `-fingerprint=${fingerprint}`]
  const npc = systemOf(windows).launch('npc', [...server, `-conf_path=${windowsPath(folder)}`], folder)
  closing.defer(() => npc.kill())
  await npc.says(/agent online/, { timeoutMs: 60_000 })
  await expect(connection.client.clients.listening({ id })).rejects.toMatchObject({
    code: 'target-missing',
    message: expect.stringContaining('does not tell npc what listens there'),
  })
})
