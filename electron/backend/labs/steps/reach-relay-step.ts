import { AppError } from '../../failures/app-error.ts'
import type { Reach } from '../../provisioning/install/remote-machine.ts'
import type { StepDefinition } from '../../provisioning/jobs/step-definition.ts'
import { bridgeAddress } from '../../relays/bridge-address.ts'
import { type LabContext, labOf, relayOf } from './lab-context.ts'

/** Deadline of the try on the lab box itself. */
const withinSeconds = 8

/** The lab box reaches the bridge, and so does this computer: before anything is installed there. */
export const reachRelayStep: StepDefinition<LabContext> = {
  id: 'reach-relay',
  async run(context, { signal, fact }) {
    const relay = relayOf(context)
    const { host, bridgePort } = relay
    const there = await context.machine(signal)
    const started = performance.now()
    const answer = await there.reach({ host, port: bridgePort, withinSeconds }, { signal })
    if (answer !== 'open' && answer !== 'no-tool') {
      const { name } = labOf(context)
      throw new AppError(
        'relay-unreachable',
        `${name} does not reach ${bridgeAddress(relay)}: ${sentences[answer]}`,
        { host, port: bridgePort, lab: name },
        { fixes: [{ action: 'retry' }] },
      )
    }
    const ms = Math.round(performance.now() - started)
    await context.relays.prove(labOf(context).serverId, { signal })
    // npc itself will tell after the installation.
    if (answer === 'no-tool') return 'skipped'
    fact('relay-reached', { host, port: bridgePort, ms })
    return 'done'
  },
}

const sentences: Readonly<Record<Exclude<Reach, 'open' | 'no-tool'>, string>> = {
  refused: 'the connection is refused. Is nps running there?',
  silent: `no answer within ${withinSeconds} s. A firewall of the lab's network, or the server's security group, drops it.`,
  'unknown-host': 'the lab box does not know this name. Use the address of the server.',
}
