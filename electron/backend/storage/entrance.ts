/** How a web service is opened, beyond its host and port. */
export interface Entrance {
  /** By HTTPS. */
  readonly secure: boolean
  /** Its `base_url` or `path_prefix`, with a slash at both ends. */
  readonly path: string
}

export const plainEntrance: Entrance = { secure: false, path: '/' }
