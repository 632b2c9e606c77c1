import type { Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Agent } from '../../../relay-core/src/agent/agent.ts'
import { Secret } from '../../../relay-core/src/api-client/index.ts'
import type { CompressionChoice } from '../../../relay-core/src/config/agent/compression-choice.ts'
import { silentLog } from '../../../relay-core/src/log/log.ts'
import { PrivateVisitor } from '../../../relay-core/src/visitor/index.ts'
import { CuttableWay } from '../../harness/cuttable-way.ts'
import { readAll, Targets } from '../../harness/peers/loopback-targets.ts'
import { startRelayWithAgent, type RelayWithAgent } from './relay-with-agent.ts'

const password = 'a-password-of-32-characters-long'
const text = Buffer.from('the quick brown fox jumps over the lazy dog, '.repeat(30_000))
/** The line is slow, whatever this machine does meanwhile. */
const limits = { rateBytesPerSecond: 500_000 }

let relay: RelayWithAgent
let targets: Targets
let parts: AsyncDisposableStack

beforeEach(async () => {
  parts = new AsyncDisposableStack()
  targets = new Targets()
  relay = await startRelayWithAgent()
})
afterEach(async () => {
  await targets.close()
  await parts.disposeAsync()
  await relay.close()
})

interface Choices {
  readonly agent?: CompressionChoice
  readonly visitor?: CompressionChoice
  readonly isPrivate?: boolean
}

/** What passes between lab box and relay while a visitor is sent the text, in bytes. */
async function bytesOfText({ agent = 'yes', visitor = 'yes', isPrivate = false }: Choices): Promise<number> {
  const way = await CuttableWay.open({ host: '127.0.0.1', port: Number(relay.server.split(':')[1]) })
  parts.use(way)
  const { id, vkey } = await relay.api.clients.add({ name: 'far' })
  const far = new Agent({
    server: `127.0.0.1:${way.port}`,
    vkey: new Secret(vkey),
    fingerprint: relay.fingerprint,
    direct: 'no',
    compression: agent,
    log: silentLog,
  })
  parts.defer(() => far.close())
  far.start()
  for await (const clients of await relay.api.clients.watch({}))
    if (clients.some((client) => client.id === id && client.agent.state === 'online')) break
  const target = `127.0.0.1:${await targets.listen((socket: Socket) => socket.end(text))}`
  const before = way.bytes
  const socket = isPrivate
    ? await visitPrivately({ id, target, visitor })
    : await targets.visit((await relay.api.tunnels.add({ clientId: id, target, limits })).port ?? 0)
  expect(text.equals(await readAll(socket))).toBe(true)
  return way.bytes - before
}

async function visitPrivately({
  id,
  target,
  visitor,
}: {
  id: number
  target: string
  visitor: CompressionChoice
}): Promise<Socket> {
  const settings = { password }
  await relay.api.tunnels.add({ clientId: id, mode: 'private', target, settings, limits })
  const visits = new PrivateVisitor({
    server: relay.server,
    password: new Secret(password),
    direct: 'no',
    compression: visitor,
    log: silentLog,
  })
  parts.defer(() => visits.close())
  return await targets.visit((await visits.listen()).port)
}

test.each([
  ['a port', {}],
  ['a private tunnel', { isPrivate: true }],
])('what shrinks comes packed over a slow line, to %s', async (_, choices) => {
  expect(await bytesOfText(choices)).toBeLessThan(text.length / 2)
})

test.each([
  ['an agent', 'port', { agent: 'no' }],
  ['an agent', 'private tunnel', { agent: 'no', isPrivate: true }],
  ['a visitor', 'private tunnel', { visitor: 'no', isPrivate: true }],
] as const)('where the owner of %s wants none, it comes as it is, to a %s', async (_who, _kind, choices) => {
  expect(await bytesOfText(choices)).toBeGreaterThan(text.length)
})

test('where the owner of the relay wants none, it comes as it is', async () => {
  await relay.configure({ streamCompression: false })
  expect(await bytesOfText({})).toBeGreaterThan(text.length)
})
