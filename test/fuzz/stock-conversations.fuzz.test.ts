import { z } from 'zod'
import { RelayError } from '../../relay-core/src/api/errors.ts'
import {
  serveConfiguration,
  type ConfigReceiver,
} from '../../relay-core/src/stock/configuration/config-conversation.ts'
import {
  greetRelay,
  md5Hex,
  readGreeting,
  readRole,
  stockRoles,
} from '../../relay-core/src/stock/messages/handshake.ts'
import { encodePrefixed } from '../../relay-core/src/stock/messages/length-prefixed.ts'
import { EarlyEnd } from '../../relay-core/src/net/stream/read-exactly.ts'
import { FakeSocket } from './fake-socket.ts'
import { fuzz } from './fuzz.ts'

const { signal } = new AbortController()
/** What a peer can be answered with: no more than a few lines, whatever it says. */
const maxAnswerBytes = 100_000
const declared = [RangeError, EarlyEnd, RelayError]

/** Runs one conversation over bytes that end; answers what it came to. */
async function converse(
  parts: readonly Buffer[],
  refusals: readonly (abstract new (...args: never[]) => Error)[],
  call: (socket: FakeSocket) => Promise<unknown>,
): Promise<string> {
  const socket = new FakeSocket(parts, true)
  let end: string
  try {
    end = JSON.stringify(await call(socket)) ?? 'done'
  } catch (error) {
    if (!refusals.some((refusal) => error instanceof refusal)) throw error
    end = (error as Error).message
  }
  if (socket.writtenBytes > maxAnswerBytes) throw new Error(`answered with ${socket.writtenBytes} bytes`)
  const heldBytes = socket.listenerCount('readable') + socket.listenerCount('end')
  if (heldBytes > 0) throw new Error('listeners were left behind')
  const { writtenBytes } = socket
  socket.destroy()
  return `${end} ${writtenBytes}`
}

const hello = (version: string, key: string, rest: string) =>
  Buffer.concat([
    Buffer.from('TST'),
    encodePrefixed('0.26.0'),
    encodePrefixed(version),
    Buffer.from(key + rest),
  ])

fuzz('stock greeting', {
  samples: stockRoles.map((role) => hello('0.26.10', md5Hex('testvkey'), role)),
  check: async ({ bytes, parts }) => {
    const greet = async (socket: FakeSocket) => {
      const greeting = await readGreeting(socket, { signal })
      if (/[^\x20-\x7e]/.test(greeting.version) || greeting.version.length > 64) throw new Error('unreadable')
      if (greeting.keyMd5.length !== 32) throw new Error('a key of another length')
      return [greeting, await readRole(socket, { signal })]
    }
    const whole = await converse([bytes], declared, greet)
    if (whole !== (await converse(parts, declared, greet)))
      throw new Error('split otherwise it reads otherwise')
  },
})

fuzz('stock greeting, agent', {
  samples: ['sucs', 'vkey'].map((verdict) => Buffer.from(md5Hex('0.26.0') + verdict)),
  check: async ({ bytes, parts }) => {
    const greet = (socket: FakeSocket) =>
      greetRelay(socket, { vkey: 'testvkey', version: '1.0.0', role: 'main', signal })
    const whole = await converse([bytes], declared, greet)
    if (whole !== (await converse(parts, declared, greet)))
      throw new Error('split otherwise it reads otherwise')
  },
})

const entry = (kind: string, document: object) =>
  Buffer.concat([Buffer.from(kind), encodePrefixed(JSON.stringify(document))])

fuzz('stock configuration', {
  samples: [
    Buffer.concat([Buffer.from('stus'), Buffer.from(md5Hex('testvkey'))]),
    entry('conf', { Remark: 'lab', RateLimit: 1000 }),
    entry('host', { Host: 'lab.example', Target: { TargetStr: '127.0.0.1:80' } }),
    entry('task', { Mode: 'tcp', Ports: '20101', Target: { TargetStr: '127.0.0.1:80' } }),
  ],
  check: async ({ bytes, parts, random }) => {
    const isPublicKey = random.oneIn(2)
    const refuses = random.oneIn(4)
    const refusal = refuses ? new RelayError('port-taken', 'Port 20101 is taken.') : null
    const receiver: ConfigReceiver = {
      createClient: async () => (refuses ? undefined : '5861m6bmkd70v4kv'),
      addHost: async () => refusal,
      addTunnel: async () => refusal,
      running: () => ['ssh', 'web'],
      done: () => undefined,
    }
    const serve = (socket: FakeSocket) => serveConfiguration(socket, { isPublicKey, receiver, signal })
    const refusals = [...declared, SyntaxError, z.ZodError]
    const whole = await converse([bytes], refusals, serve)
    if (whole !== (await converse(parts, refusals, serve)))
      throw new Error('split otherwise it reads otherwise')
  },
})
