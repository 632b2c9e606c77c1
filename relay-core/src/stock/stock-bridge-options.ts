import type { Socket } from 'node:net'
import type { Log } from '../log/log.ts'
import type { AgentSession } from '../session/agent-session.ts'
import type { ConfigReceiver } from './configuration/config-conversation.ts'
import type { HealthReport } from './messages/main-messages.ts'
import type { MuxLimits } from './mux/mux-limits.ts'

/** A client as the stock handshake needs it. */
export interface StockClient {
  readonly id: number
  readonly crypt: boolean
  readonly compress: boolean
}

export interface StockBridgeLimits {
  /** The whole handshake, role included. */
  readonly handshakeTimeoutMs: number
  readonly wrongKeyDelayMs: number
  /** How long a `main` waits for its `chan`, or the other way round. Stock relays allow 10 to 15 s. */
  readonly pairingTimeoutMs: number
  readonly unprovedPerAddress: number
  readonly unprovedTotal: number
}

export const defaultStockBridgeLimits: StockBridgeLimits = {
  handshakeTimeoutMs: 10_000,
  wrongKeyDelayMs: 1000,
  pairingTimeoutMs: 15_000,
  unprovedPerAddress: 64,
  unprovedTotal: 1024,
}

export interface StockBridgeOptions {
  /** The client of a vkey's MD5 in lower-case hex; undefined when unknown or switched off. */
  readonly clients: { findByVerifyKey(md5Hex: string): StockClient | undefined }
  readonly agents: { add(session: AgentSession): void; get(clientId: number): AgentSession | undefined }
  /** Shown to agents of clients with crypt; they check nothing. */
  readonly identity: { readonly keyPem: string; readonly certPem: string }
  readonly log: Log
  /** False: stock programs are turned away. Without it they are served. */
  readonly isOn?: () => boolean
  /** Lets agents push their own tunnels; without it they are turned away. */
  readonly configuration?: {
    /** MD5 of `public_vkey`, with which agents without a client of their own may push; undefined: none may. */
    publicKeyMd5(): string | undefined
    /** Undefined: this client may not push. */
    receiver(client: StockClient | 'public', address: string): ConfigReceiver | undefined
  }
  /** Takes a visitor of a private tunnel: raw bytes follow on the socket. */
  readonly onSecretVisitor?: (visit: {
    passwordMd5: string
    socket: Socket
    address: string
    port: number
  }) => void
  /** An agent asks to let its own address in for some hours. */
  readonly onRegister?: (registration: { clientId: number; address: string; hours: number }) => void
  readonly onHealth?: (clientId: number, report: HealthReport) => void
  readonly limits?: Partial<StockBridgeLimits>
  readonly muxLimits?: Partial<MuxLimits>
}
