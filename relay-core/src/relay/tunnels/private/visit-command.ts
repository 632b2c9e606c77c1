import { RelayError } from '../../../api/errors.ts'
import type { AgentPresence, Tunnel } from '../../../api/models.ts'
import { commandLine } from '../../../api/shell-words.ts'
import { takesSetting } from '../../../api/tunnel-modes.ts'
import { parseTargets } from '../targets.ts'

export interface VisitCommand {
  readonly command: string
  readonly password: string
  /** The relay's. */
  readonly fingerprint: string
  /** The agent's, as it reports; null while it is offline, and for stock agents. */
  readonly agentFingerprint: string | null
}

/** The command that makes a private tunnel's target available on a port of the machine it is run on. */
export function visitCommand(
  { id, mode, settings, target }: Tunnel,
  { server, fingerprint, agent }: { server: string; fingerprint: string; agent: AgentPresence },
): VisitCommand {
  const { password } = settings
  if (!takesSetting(mode, 'password') || password === undefined) {
    throw new RelayError(
      'invalid-input',
      `Tunnel ${id} is not private: its visitors come by its port, without a command.`,
      { what: 'tunnel' },
    )
  }
  const agentFingerprint = (agent.state === 'online' ? agent.fingerprint : undefined) ?? null
  const command = commandLine(
    'npc',
    `-server=${server}`,
    `-password=${password}`,
    `-local_port=${localPort(target)}`,
    `-fingerprint=${fingerprint}`,
    ...(agentFingerprint === null ? [] : [`-agent_fingerprint=${agentFingerprint}`]),
  )
  return { command, password, fingerprint, agentFingerprint }
}

/** The target's own port, which people know; ports below 1024 need root, so 22 becomes 2022. */
function localPort(target: string): number {
  const port = parseTargets(target)[0]?.port ?? 2000
  return port < 1024 ? port + 2000 : port
}
