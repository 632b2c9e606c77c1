/** What a lab box does while some names are never answered; writes what came of it as one line of JSON. */
import { createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { dialTarget } from '../../../relay-core/src/agent/targets/dial-target.ts'
import { connectTcp } from '../../../relay-core/src/net/dial/connect.ts'
import { resolveHost } from '../../../relay-core/src/net/dial/resolve-host.ts'
import { PartlySilentDns } from './partly-silent-dns.ts'

/** What became of it, and how many milliseconds it took. */
async function timed(work: () => Promise<unknown>): Promise<{ outcome: unknown; ms: number }> {
  const startedAt = performance.now()
  const outcome = await work().catch((error: unknown) => (error as { code?: string }).code ?? String(error))
  return { outcome, ms: Math.round(performance.now() - startedAt) }
}

const signal = AbortSignal.timeout(60_000)
const resolve = (host: string) => resolveHost(host, { signal })
const dns = await PartlySilentDns.start()
const relay = createServer((socket) => socket.end()).listen(0, '127.0.0.1')
await once(relay, 'listening')
const { port } = relay.address() as AddressInfo

const before = await timed(() => resolve('known-before.test'))
const silent = ['silent-1.test', 'silent-2.test', 'silent-3.test', 'silent-4.test'].flatMap((host) =>
  Array.from({ length: 8 }, () => timed(() => dialTarget({ host, port: 80 }, { policy: undefined, signal }))),
)
await delay(100)
const known = await timed(() => resolve('known.test'))
const unknown = await timed(() => resolve('unknown.test'))
const short = await timed(() => resolve('known-short'))
const listed = await timed(() => resolve('listed.lab'))
const local = await timed(() => resolve('localhost'))
const way = await timed(async () => {
  const socket = await connectTcp({ host: 'relay.test', port, timeoutMs: 10_000, signal })
  socket.destroy()
  return 'connected'
})
const given = await Promise.all(silent)
dns.isHushed = true
await delay(6_000)
const hushed = await timed(() => resolve('known-before.test'))
dns.close()
relay.close()
process.stdout.write(
  `${JSON.stringify({ before, known, unknown, short, listed, local, way, hushed, silent: given.map(({ outcome, ms }) => ({ outcome, ms })) })}\n`,
)
process.exit(0)
