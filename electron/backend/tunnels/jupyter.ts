interface JupyterEntrance {
  /** Its `base_url`, with a slash at both ends. */
  readonly basePath: string
  /** Empty where it asks for a password or for nothing. */
  readonly token: string
}

/** What the app can learn of a Jupyter over the lab box's ssh. */
export interface Jupyter {
  /** The port on which one runs there; null when none is found, or when the app has no sign-in for the box. */
  findPort(labId: string, options: { signal: AbortSignal }): Promise<number | null>
  /** The way into the one that listens on `target`; null where it cannot be read. */
  findEntrance(
    labId: string,
    target: string,
    options: { signal: AbortSignal },
  ): Promise<JupyterEntrance | null>
}
