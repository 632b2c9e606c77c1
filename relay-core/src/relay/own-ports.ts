/** The ports on which the relay itself listens: invites and the status name them, and no tunnel is given them. */
export interface OwnPorts {
  /** The configured one until the bridge listens, which may be on any free one. */
  bridge: number
  /** Null while the console does not listen. */
  console: number | null
}
