import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDescriptors, residentBytes, threadCount } from '../harness/programs/process-facts.ts'
import { freePort } from '../../relay-core/src/testing/free-port.ts'
import { HostileAgent } from '../hostile/hostile-agent.ts'
import { open } from '../hostile/strangers.ts'
import { badVkey, spareDescriptors, unharmed, Victim } from '../hostile/victim.ts'

/** A longer one: `SOAK_MINUTES=60 npx node test/run.ts soak`. */
const soakMs = Number(process.env['SOAK_MINUTES'] ?? 0.2) * 60_000
const maxGrowthBytes = 64 * 1024 * 1024
/** Runtimes start those of their pools when they are first needed. */
const spareThreads = 4
const restMs = 3_000
/** What the last rounds left is collected within this; nothing tells when, so it is asked. */
const restedMs = 20_000

let victim: Victim

beforeAll(async () => {
  // As it is shipped; Node gives the system little back that it has once taken.
  victim = await Victim.start({ runtime: 'Bun' })
})
afterAll(() => victim.close())

const counts = { connections: 0, sessions: 0, tunnels: 0 }

/** A visit of each kind of end: said and answered, reset, and gone before it said anything. */
async function visit(port: number, at: number): Promise<void> {
  const socket = open(port)
  const closed = new Promise((resolve) => socket.once('close', resolve))
  if (at % 3 === 0) socket.destroy()
  else {
    socket.write('hello')
    const answered = once(socket, 'data').catch((cause: unknown) => {
      throw new Error(`a visitor was turned away: ${victim.relay.output.slice(-2_000)}`, { cause })
    })
    await Promise.race([answered, closed])
    if (at % 3 === 1) socket.end()
    else socket.resetAndDestroy()
  }
  await closed
  counts.connections += 1
}

async function round(): Promise<void> {
  for (let batch = 0; batch < 4; batch++) {
    await Promise.all(Array.from({ length: 20 }, (_, at) => visit(victim.echoPort, at)))
  }
  const agents = await Promise.all([1, 2].map(() => HostileAgent.start(victim.bridgePort, badVkey)))
  for (const agent of agents) agent.close()
  counts.sessions += agents.length
  // Between a stop and the next start a test that runs at the same time would be given the first port that nps has free.
  const port = await freePort()
  const { id } = await victim.api.tunnels.add({ clientId: victim.badClientId, target: '127.0.0.1:9', port })
  for (let times = 0; times < 4; times++) {
    await victim.api.tunnels.stop({ id })
    await victim.api.tunnels.start({ id })
    counts.tunnels += 1
  }
  await victim.api.tunnels.remove({ id })
}

/** For so long, and on a slow computer longer, until there were as many as the counts below want. */
async function rounds(forMs: number, { atLeast = 1 } = {}): Promise<void> {
  const untilMs = performance.now() + forMs
  for (let done = 0; done < atLeast || performance.now() < untilMs; done++) await round()
}

function facts(pid: number): { bytes: number; descriptors: number; threads: number } {
  return { bytes: residentBytes(pid), descriptors: openDescriptors(pid), threads: threadCount(pid) }
}

/** Seconds of processor time that the relay has used, from /proc (100 ticks a second on Linux). */
function processorSeconds(): number {
  const fields = readFileSync(`/proc/${victim.relay.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / 100
}

test(
  'R3: memory, descriptors and threads of relay and agent return after thousands of connections, sessions and starts of tunnels',
  { timeout: soakMs * 2 + 180_000 },
  async () => {
    // What a program takes once, it has taken after these.
    await rounds(soakMs / 4)
    const programs = [victim.relay, victim.agent].map(({ pid }) => ({ pid, before: facts(pid) }))
    expect(await victim.after(() => rounds(soakMs, { atLeast: 6 }), { maxGrowthBytes })).toEqual(unharmed)
    for (const { pid, before } of programs) {
      // What the last rounds left is collected while the program rests.
      const grownBytes = () => facts(pid).bytes - before.bytes
      await expect.poll(grownBytes, { timeout: restedMs }).toBeLessThan(maxGrowthBytes * 0.75)
      const after = facts(pid)
      expect(after.descriptors - before.descriptors).toBeLessThanOrEqual(spareDescriptors)
      expect(after.threads - before.threads).toBeLessThanOrEqual(spareThreads)
    }
    expect(counts.connections).toBeGreaterThan(500)
    expect(counts.sessions).toBeGreaterThan(10)
    expect(counts.tunnels).toBeGreaterThan(20)
  },
)

test('R4: after all that the relay rests', async () => {
  await rounds(1_000)
  const before = processorSeconds()
  // The rest that the promise is about: time passes, nothing is awaited.
  await delay(restMs)
  expect((processorSeconds() - before) / (restMs / 1000)).toBeLessThan(0.1)
})

test('W5: a tunnel without a port gets a free one', async () => {
  const target = '127.0.0.1:22'
  const clientId = victim.badClientId
  const ports = [
    await victim.api.tunnels.add({ clientId, target }),
    await victim.api.tunnels.add({ clientId, target }),
  ]
  const [one = 0, other = 0] = ports.map(({ port }) => port ?? 0)
  expect(one).toBeGreaterThan(0)
  expect(other).not.toBe(one)
  // Its agent is away: a reset comes from somebody who listens, and nobody would refuse.
  expect(await victim.targets.outcome(other)).toBe('ECONNRESET')
})
