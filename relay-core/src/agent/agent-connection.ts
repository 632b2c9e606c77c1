import type { PushedConfiguration } from '../stock/configuration/pushed-configuration.ts'
import type { Log } from '../log/log.ts'
import type { Leftover } from '../native/carriers/leftovers.ts'
import type { AgentInstance } from '../native/agent-instance.ts'
import type { Secret } from '../secret.ts'
import type { ProxyAddress } from '../net/dial/proxy.ts'
import type { AgentOrigin } from '../wire/hello-messages.ts'
import type { CompressionChoice } from '../config/agent/compression-choice.ts'
import type { DirectChoice } from '../api/direct/direct-choice.ts'
import type { HeldLinks } from './direct/held-links.ts'
import type { ServedLinks } from './direct/served-links.ts'
import type { AgentIdentity } from './agent-identity.ts'
import type { DialPolicy } from '../session/dial-policy.ts'
import type { SharedFolders } from './files/shared-folders.ts'
import type { RefusedSection } from './refused-section.ts'

/** A link to a relay, whatever the protocol. */
export interface AgentConnection {
  /** Fulfils with why it ended; never rejects. */
  readonly closed: Promise<Error>
  /** What the relay has refused of the npc.conf that this agent brings along. */
  readonly refused?: readonly RefusedSection[] | undefined
  /** Its streams, where they can outlive it. */
  readonly leftover?: Leftover | undefined
  close(): void
  /** The network of this machine has changed: does the link still stand? */
  onNetworkChange?(): void
}

/** What both protocols need to know to open one. */
export interface ConnectionOptions {
  /** `host:port`; an IPv6 host in brackets. */
  readonly server: string
  readonly vkey: Secret
  /** Between this machine and the relay; without it the connection is direct. */
  readonly proxy?: ProxyAddress | undefined
  /** A dead relay is noticed after this long, if that is sooner than the protocol's own limit. */
  readonly silenceTimeoutMs?: number | undefined
  /** What this agent brings along; without it the relay knows its tunnels. */
  readonly configuration?: PushedConfiguration | undefined
  /** Where temporary keys from a relay are kept, for `npc status`; without it they are not kept. */
  readonly temporaryKeyFile?: string | undefined
  /** Identifies this program; without it each link counts as a separate program. */
  readonly instance?: AgentInstance | undefined
  /** How this program was started, for the relay to show; without it the relay is not told. */
  readonly origin?: AgentOrigin | undefined
  /** The agent's own key; without it one is made for each link. */
  readonly identity?: AgentIdentity | undefined
  /** Whether it takes part in direct links with visitors; by default `yes`. */
  readonly direct?: DirectChoice | undefined
  /** Whether the relay is told, when it asks, what listens on this machine; by default yes. */
  readonly discover?: boolean | undefined
  /** Its direct links, over all its sessions; without it each link to the relay has its own. */
  readonly links?: HeldLinks | undefined
  /** Where its direct links are listed for its owner; without it they are not. */
  readonly servedLinks?: ServedLinks | undefined
  /** Whether what a slow line carries is compressed, where the other end takes it; by default `yes`. */
  readonly compression?: CompressionChoice | undefined
  /** The folders that file tunnels may lead to; without it none. */
  readonly shared?: SharedFolders | undefined
  /** Which targets may be dialled; without it, all. */
  readonly dialPolicy?: DialPolicy | undefined
  readonly log: Log
}
