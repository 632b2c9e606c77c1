import type { Health } from '../wire/agent-messages.ts'
import type { DirectUse } from '../wire/direct-messages.ts'
import type { AgentOrigin } from '../wire/hello-messages.ts'
import type { SurvivingLinks } from './survival/surviving-links.ts'

/** What the relay knows of an agent once it has proved its key. */
export interface AgentDescription {
  readonly clientId: number
  /** Address and port, as the relay sees them. */
  readonly address: string
  readonly version: string
  readonly hostname: string
  readonly fingerprint: string
  /** The instance of the agent's program, in hex; empty for one that reports none. */
  readonly instance: string
  /** How the program was started, as it reports. */
  readonly origin?: AgentOrigin | undefined
  /** A stream's first bytes may be sent before it has answered whether it has reached the target. */
  readonly takesEarlyData?: boolean
  /** Its direct links can outlive their streams by the relay. */
  readonly holdsLinks?: boolean
  /** A login page of its network has kept it away before this session, as it reports. */
  readonly wasBehindPortal?: boolean
  /** It was told that it may send PACKED. */
  readonly mayPack?: boolean
  /** Where the program's carriers are that survive their connections; without it they end with them. */
  readonly survivors?: SurvivingLinks
  /** Carriers that streams of the client's earlier sessions still use. */
  readonly carriersElsewhere: () => number
}

/** What the relay does for an agent that brings its own tunnels. */
export interface AgentWishes {
  /** Takes the agent's document and answers with another; rejects on what is none. */
  configure?(document: string): Promise<string>
  onHealth?(health: Health): void
  /** It has carried bytes past the relay. */
  onUse?(use: DirectUse): void
}
