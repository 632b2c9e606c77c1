import type { TunnelKind } from '@nps-desktop/electron/contract'

/** How a web service is opened, beyond its host and port. */
export interface Entrance {
  /** By HTTPS. */
  readonly secure: boolean
  /** Its `base_url` or `path_prefix`, with a slash at both ends. */
  readonly path: string
}

/** A service that runs on the lab box, as the box itself tells. */
export interface FoundService extends Entrance {
  readonly kind: Exclude<TunnelKind, 'tcp'>
  readonly port: number
  /** Empty where it asks for a password or for nothing. */
  readonly token: string
}

export const plainEntrance: Entrance = { secure: false, path: '/' }

/** What the app can learn over the lab box's ssh. */
export interface LabServices {
  /**
   * The service of the kind on `port`, or, without one, where it runs. Null when none is found, or when the app has no
   * sign-in for the box or gets no answer.
   */
  find(
    labId: string,
    wanted: { kind: Exclude<TunnelKind, 'tcp'>; port?: number },
    options: { signal: AbortSignal },
  ): Promise<FoundService | null>
}
