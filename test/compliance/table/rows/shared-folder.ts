import { mkdir, open, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { expect } from 'vitest'
import { freePort } from '../../../../relay-core/src/testing/free-port.ts'
import { residentBytes } from '../../../harness/programs/process-facts.ts'
import type { Program } from '../../../harness/programs/program.ts'
import type { Pair } from '../pair.ts'
import type { PairKind } from '../pairs.ts'
import type { Row } from '../table.ts'

const half = 512 * 1024 ** 2
const MiB = 1024 ** 2

const stock = ({ protocol }: PairKind) =>
  protocol === 'stock' && 'stock agents share by their npc.conf only, and the protocol names no folder'

interface Shared {
  readonly url: string
  readonly folder: string
  readonly clientId: number
  readonly npc: Program
}

/** A folder of the agent, which was started to share it, and the tunnel that shows it. */
async function share(
  pair: Pair,
  name: string,
  {
    users,
    authorization = '',
  }: { users?: { name: string; password: string }[]; authorization?: string } = {},
): Promise<Shared> {
  const folder = join(pair.folder, name)
  await mkdir(join(folder, 'run 1'), { recursive: true })
  await writeFile(join(folder, 'run 1', 'loss.csv'), 'step,loss\n1,0.5\n')
  await writeFile(join(pair.folder, 'outside.txt'), 'secret')
  const vkey = `a-key-for-shared-${name}-0123456789`
  const clientId = await pair.relay.addClient({ vkey, layer: 'plain' })
  const port = await freePort()
  const npc = pair.npc([...(await pair.agentFlags(vkey)), `-share=${folder}`])
  await pair.ourRelay.api.tunnels.add({
    clientId,
    mode: 'file',
    port,
    target: '',
    settings: { folder, ...(users && { users }) },
  })
  const url = `http://127.0.0.1:${port}`
  await answers(url, authorization)
  return { url, folder, clientId, npc }
}

/** Waits until the folder's page comes. */
async function answers(url: string, authorization: string): Promise<void> {
  const deadline = performance.now() + 25_000
  for (;;) {
    const status = await fetch(url, { headers: { authorization }, signal: AbortSignal.timeout(2_000) }).then(
      (response) => response.status,
      () => 0,
    )
    if (status === 200) return
    if (performance.now() > deadline) throw new Error(`${url} does not answer`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

export const sharedFolderRows: readonly Row[] = [
  {
    name: 'file: lists a folder of the lab box, hands out files and parts of them, and nothing else',
    leftOut: stock,
    run: async (pair) => {
      const { url } = await share(pair, 'shared')
      expect(await (await fetch(url)).text()).toContain('run 1')
      const file = `${url}/run%201/loss.csv`
      expect(await (await fetch(file)).text()).toBe('step,loss\n1,0.5\n')
      const part = await fetch(file, { headers: { range: 'bytes=5-8' } })
      expect([part.status, await part.text()]).toEqual([206, 'loss'])
      expect((await fetch(`${url}/%2e%2e/outside.txt`)).status).not.toBe(200)
      expect((await fetch(`${url}/..%2foutside.txt`)).status).not.toBe(200)
      expect((await fetch(file, { method: 'PUT', body: 'x' })).status).toBe(405)
    },
  },
  {
    name: 'file: half a gigabyte passes, and neither end holds more than a little of it',
    leftOut: stock,
    timeoutMs: 60_000,
    run: async (pair) => {
      const { url, folder, npc } = await share(pair, 'big')
      await (await open(join(folder, 'big.bin'), 'w')).close()
      await truncate(join(folder, 'big.bin'), half)
      const sizes = async () => [
        (await pair.ourRelay.api.status.get({})).residentBytes,
        residentBytes(npc.pid),
      ]
      const [relayBefore = 0, agentBefore = 0] = await sizes()
      const response = await fetch(`${url}/big.bin`)
      let received = 0
      for await (const chunk of Readable.fromWeb(response.body as never)) received += (chunk as Buffer).length
      expect(received).toBe(half)
      const [relayAfter = 0, agentAfter = 0] = await sizes()
      expect(relayAfter - relayBefore).toBeLessThan(100 * MiB)
      expect(agentAfter - agentBefore).toBeLessThan(100 * MiB)
    },
  },
  {
    name: 'file: only for its users, and only what npc was started to share',
    leftOut: stock,
    run: async (pair) => {
      const users = [{ name: 'ada', password: 'lovelace' }]
      const basic = (user: string) => `Basic ${Buffer.from(user).toString('base64')}`
      const { url, clientId } = await share(pair, 'guarded', { users, authorization: basic('ada:lovelace') })
      const status = async (authorization?: string) =>
        (await fetch(`${url}/run%201/loss.csv`, authorization ? { headers: { authorization } } : {})).status
      expect(await status()).toBe(401)
      expect(await status(basic('ada:wrong'))).toBe(401)
      expect(await status(basic(':'))).toBe(401)
      expect(await status(basic('ada:lovelace'))).toBe(200)
      const page = await fetch(`${url}/run%201/loss.csv`, {
        headers: { authorization: basic('ada:lovelace'), range: 'bytes=0-3' },
      })
      expect([page.status, await page.text()]).toEqual([206, 'step'])
      const { api } = pair.ourRelay
      const etc = await api.tunnels.add({ clientId, mode: 'file', target: '', settings: { folder: '/etc' } })
      const { hops } = await api.tunnels.probe({ id: etc.id })
      expect(hops.at(-1)).toMatchObject({
        state: 'failed',
        failure: { code: 'target-denied', message: expect.stringContaining('-share=/etc') },
      })
    },
  },
]
