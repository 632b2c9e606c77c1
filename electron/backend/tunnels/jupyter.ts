/** What the app can learn of a Jupyter over the lab box's ssh. */
export interface Jupyter {
  /** The port on which one runs there; null when none is found, or when the app has no sign-in for the box. */
  findPort(labId: string, options: { signal: AbortSignal }): Promise<number | null>
  /** The token of the one that listens on `target`; null where it has none or it cannot be read. */
  readToken(labId: string, target: string, options: { signal: AbortSignal }): Promise<string | null>
}
