import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Targets } from '../harness/peers/loopback-targets.ts'
import {
  amd64,
  arm64,
  type PlatformMachine,
  muslAmd64,
  muslArm64,
  oldKernel,
  programOn,
} from './platform-machine.ts'
import { ensureMuslLibraries } from './musl-libraries.ts'
import { echoed, PairOn, startTimeoutMs } from './pair-on.ts'

const bytes = randomBytes(8_000_000)
const sha256 = (body: Buffer) => createHash('sha256').update(body).digest('hex')
const sent = sha256(bytes)

beforeAll(ensureMuslLibraries)

/** The weakest of each kind: what runs there runs on the others. */
const machines: readonly PlatformMachine[] = [
  arm64('cortex-a53'),
  muslArm64,
  muslAmd64,
  amd64('Nehalem'),
  oldKernel,
]

describe.each(machines)('nps and npc on $name', (machine) => {
  let pair: PairOn
  let target: number
  const targets = new Targets()
  const parts = new AsyncDisposableStack()

  beforeAll(async () => {
    parts.defer(() => targets.close())
    target = await targets.echo()
    pair = parts.adopt(await PairOn.start(machine), (one) => one.close())
  })
  afterAll(() => parts.disposeAsync())

  it('carry 8 MB there and back through a tunnel', async () => {
    expect(sha256(await echoed(await pair.openTunnel(target), bytes))).toBe(sent)
  })

  it('carry 8 MB there and back through a private tunnel', async () => {
    expect(sha256(await echoed(await pair.openPrivateTunnel(target), bytes))).toBe(sent)
  })
})

it.each([arm64('cortex-a72'), arm64('cortex-a76'), amd64('Westmere')])(
  'nps and npc start on $name',
  async (machine) => {
    for (const program of ['nps', 'npc'] as const) {
      const [command, ...args] = programOn(machine, program)
      const { stdout } = await promisify(execFile)(command, [...args, '-version'], {
        timeout: startTimeoutMs,
      })
      expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
    }
  },
)
