import { hostOf } from '../net/address/plain-address.ts'
import type { RelayConfig } from '../config/relay/relay-config.ts'
import { Agents } from './clients/agents.ts'
import { Registrations } from './clients/registrations.ts'
import { SeenAgents } from './clients/seen-agents.ts'

/** Which agents are online, from where they have come, and whom they have let in. */
export interface OnlineAgents extends AsyncDisposable {
  readonly agents: Agents
  readonly seenAgents: SeenAgents
  readonly registrations: Registrations
}

/** Nobody is online until the bridge listens, which also ends the agents' sessions. */
export function openAgents({ config, now }: { config: () => RelayConfig; now: () => number }): OnlineAgents {
  const parts = new AsyncDisposableStack()
  const agents = new Agents({ now })
  const seenAgents = new SeenAgents(now)
  parts.use(
    agents.onChange((id) => {
      const session = agents.get(id)
      if (session) seenAgents.add(hostOf(session.address))
    }),
  )
  const registrations = new Registrations({ isOn: () => config().ipLimit, now })
  return { agents, seenAgents, registrations, [Symbol.asyncDispose]: () => parts.disposeAsync() }
}
