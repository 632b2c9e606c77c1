import { RelayError } from '../../../api/errors.ts'
import type { AgentPresence } from '../../../api/client-models.ts'
import type { RelayTunnel } from '../../../api/relay-tunnel-models.ts'
import { usualProxyPorts } from '../../../api/words/agent-proxies.ts'
import { commandLine } from '../../../api/words/shell-words.ts'
import { takesSetting, traitsOf } from '../../../api/tunnel-modes.ts'
import { parseTargets } from '../targets.ts'

export interface VisitCommand {
  readonly command: string
  readonly password: string
  /** The relay's. */
  readonly fingerprint: string
  /** The agent's, as it reports; null while it is offline, and for stock agents. */
  readonly agentFingerprint: string | null
}

/** The way to the relay and what is known of the lab box, for a command of npc. */
export interface VisitCommandPlace {
  readonly server: string
  readonly fingerprint: string
  readonly agent: AgentPresence
}

/** The command that makes what a private tunnel leads to available on a port of the machine it is run on. */
export function visitCommand(tunnel: RelayTunnel, place: VisitCommandPlace): VisitCommand {
  const { password } = tunnel.settings
  if (!takesSetting(tunnel.mode, 'password') || password === undefined) {
    throw new RelayError(
      'invalid-input',
      `Tunnel ${tunnel.id} is not private: its visitors come by its port, without a command.`,
      { what: 'tunnel' },
    )
  }
  const { command, agentFingerprint } = visitLine(tunnel, password, place)
  return { command, password, fingerprint: place.fingerprint, agentFingerprint }
}

/** The same for whoever has the secret of a guest pass. `npc` of any version that knows private tunnels takes it. */
export function visitLine(
  tunnel: Pick<RelayTunnel, 'target' | 'mode'>,
  secret: string,
  { server, fingerprint, agent }: VisitCommandPlace,
): { command: string; agentFingerprint: string | null } {
  const agentFingerprint = (agent.state === 'online' ? agent.fingerprint : undefined) ?? null
  const command = commandLine(
    'npc',
    `-server=${server}`,
    `-password=${secret}`,
    `-local_port=${localPort(tunnel)}`,
    `-fingerprint=${fingerprint}`,
    ...(agentFingerprint === null ? [] : [`-agent_fingerprint=${agentFingerprint}`]),
  )
  return { command, agentFingerprint }
}

/** The target's own port, which people know; ports below 1024 need root, so 22 becomes 2022. */
function localPort({ target, mode }: Pick<RelayTunnel, 'target' | 'mode'>): number {
  const proxy = traitsOf(mode)?.agentProxy
  if (proxy) return usualProxyPorts[proxy]
  const port = parseTargets(target)[0]?.port ?? 2000
  return port < 1024 ? port + 2000 : port
}
