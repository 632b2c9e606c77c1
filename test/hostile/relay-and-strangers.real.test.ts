import { afterEach, beforeEach, expect, it } from 'vitest'
import { allowedTargets } from '../../relay-core/src/config/agent/allowed-targets.ts'
import { SessionPair } from '../compliance/modes/session-pair.ts'
import { Targets } from '../harness/peers/loopback-targets.ts'

let targets: Targets
let pair: SessionPair | undefined

beforeEach(() => {
  targets = new Targets()
})
afterEach(async () => {
  await pair?.close()
  await targets.close()
})

it.each(['native', 'stock'] as const)(
  'a relay opens only what npc was told to allow (%s)',
  async (protocol) => {
    const allowed = await targets.echo()
    const other = await targets.echo()
    pair = await SessionPair.start(protocol, { dialPolicy: allowedTargets(`127.0.0.1:${allowed}`) })
    const open = (host: string, port: number) =>
      pair?.session.openStream({ host, port }, { signal: AbortSignal.timeout(5_000), confirmed: true })
    const stream = await open('localhost', allowed)
    expect(stream).toBeDefined()
    stream?.destroy()
    // Stock says of a dial only that it failed.
    const denied = { code: protocol === 'native' ? 'target-denied' : 'target-refused' }
    await expect(open('127.0.0.1', other)).rejects.toMatchObject(denied)
    await expect(open('169.254.169.254', 80)).rejects.toMatchObject(denied)
  },
)
