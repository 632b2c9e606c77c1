import type { Log } from '../log/log.ts'
import { knownAgent } from '../pins/known-agent.ts'
import type { KnownKey } from '../pins/known-key.ts'
import { knownRelay } from '../pins/known-relay.ts'
import { ServerNotes } from '../pins/server-notes.ts'
import type { Secret } from '../secret.ts'

export interface KnownPeersOptions {
  /** The relay's bridge, `host:port`; an IPv6 host in brackets. */
  readonly server: string
  /** Of the private tunnel. */
  readonly password: Secret
  /** The relay's; without it the first key seen is pinned. */
  readonly fingerprint?: string | undefined
  /** The agent's; without it the first key seen is pinned. */
  readonly agentFingerprint?: string | undefined
  /** Where pins are kept; without it, in memory. */
  readonly pinFile?: string | undefined
  /** The agent's key was not known and is from now on; for those who keep it themselves. */
  readonly onAgentPinned?: ((fingerprint: string) => void) | undefined
  readonly log: Log
}

/** The keys of the two programs that a visitor meets: the relay's, and that of the agent behind it. */
export class KnownPeers {
  readonly relay: KnownKey
  readonly agent: KnownKey
  readonly #log: Log

  constructor(options: KnownPeersOptions) {
    const { server, password, fingerprint, agentFingerprint, log } = options
    const pinFile =
      options.pinFile === undefined
        ? undefined
        : new ServerNotes(options.pinFile, 'the list of pinned servers and lab boxes')
    this.#log = log
    this.relay = knownRelay({ server, fingerprint, pinFile, log })
    this.agent = knownAgent({
      server,
      password: password.reveal(),
      fingerprint: agentFingerprint,
      pinFile,
      onPinned: options.onAgentPinned,
      log,
    })
  }

  async load(): Promise<void> {
    await Promise.all([this.relay.load(), this.agent.load()])
  }

  /** The agent has proved the password's verifier: neither it nor the relay that led to it is a stranger. Never rejects. */
  async remember({ relay, agent }: { relay: string; agent: string }): Promise<void> {
    try {
      await this.relay.remember(relay)
      await this.agent.remember(agent)
    } catch (error) {
      this.#log.error('server and lab box could not be pinned: after a restart any key would be taken', {
        reason: error,
      })
    }
  }
}
