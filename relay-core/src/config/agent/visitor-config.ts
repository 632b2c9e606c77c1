/** A private tunnel of another agent, made available on a port of this machine. */
export interface VisitorConfig {
  readonly name: string
  readonly password: string
  readonly localPort: number
  /** What a p2p visitor asked for, which is not offered: it goes through the relay. */
  readonly isP2p: boolean
}
