import { z } from 'zod'

/** `laptop`: no port on the server; one of this laptop's own, on its loopback, leads there end to end encrypted. */
export const tunnelReach = z.enum(['anyone', 'laptop'])
export type TunnelReach = z.infer<typeof tunnelReach>

/** What a person does with a tunnel, as its button says. */
export type TunnelUse = 'copy-ssh-command' | 'copy-address' | 'open-page'

/** How a service shows by its first answer that it is the expected one. */
export type ServiceProof =
  /** It speaks first, a line of which `banner` is the first group. */
  | { readonly by: 'banner'; readonly banner: RegExp }
  /**
   * A page answers without a login, under the service's path, with a JSON object that has `member`; or the head of any
   * answer fits one of `heads`, which `seen` names.
   */
  | {
      readonly by: 'page'
      readonly page: string
      readonly member: string
      readonly heads: readonly { readonly pattern: RegExp; readonly seen: string }[]
    }

/** All that the app knows of a service of a lab box. */
export interface KnownService {
  /** A proper name, the same in every language. */
  readonly name: string
  /** Where it listens unless told otherwise, and the last of the ports it takes instead when that one is taken. */
  readonly usualPorts: readonly [first: number, last: number]
  /** The names that people give to its tunnels, by which one that was made elsewhere is recognised. */
  readonly usualName: RegExp
  /** Who can use a new tunnel to it while nobody has said so. */
  readonly usualReach: TunnelReach
  readonly use: TunnelUse
  readonly proof: ServiceProof
  /** Starts it on `{port}`, so that it runs on after the logout without anything a lab box might lack. */
  readonly startCommand: string | null
  /** It asks for a token, which the lab box can tell. */
  readonly hasToken: boolean
  /** What makes it answer under any host name, where it answers 403 to all but local ones otherwise. */
  readonly anyHostOption: string | null
}

/**
 * The services that the app adds with one click, checks and opens, in the order of their buttons. Jupyter and TensorBoard
 * speak plain HTTP, and a board asks nobody who they are: they stay with this laptop. SSH encrypts, asks who comes, and is
 * used from other machines too.
 */
export const knownServices = {
  ssh: {
    name: 'SSH',
    usualPorts: [22, 22],
    usualName: /\bssh\b/i,
    usualReach: 'anyone',
    use: 'copy-ssh-command',
    // RFC 4253 §4.2; other lines may precede it
    proof: { by: 'banner', banner: /(?:^|\n)(SSH-[^\r\n]*)\r?\n/ },
    startCommand: null,
    hasToken: false,
    anyHostOption: null,
  },
  jupyter: {
    name: 'Jupyter',
    usualPorts: [8888, 8899],
    usualName: /jupyter|notebook/i,
    usualReach: 'laptop',
    use: 'open-page',
    proof: {
      by: 'page',
      // Jupyter Server REST API
      page: 'api',
      member: 'version',
      heads: [
        // every answer of the hub, a redirect to its login too, carries this field (JupyterHub, `default_headers`)
        { pattern: /\r\nx-jupyterhub-version: *\S/i, seen: 'JupyterHub' },
        // With a `base_url` it knows no `/api`, but every page of it, the one for "not found" too, names that address in
        // its content security policy (Jupyter Server, `content_security_policy`).
        {
          pattern: /\r\ncontent-security-policy:[^\r\n]*report-uri \/[^\r\n;]*\/api\/security\/csp-report/i,
          seen: 'Jupyter under a base_url',
        },
      ],
    },
    startCommand: 'nohup jupyter notebook --no-browser --port {port} > jupyter.log 2>&1 &',
    hasToken: true,
    // Jupyter Server, `ServerApp.allow_remote_access`
    anyHostOption: '--ServerApp.allow_remote_access=True',
  },
  tensorboard: {
    name: 'TensorBoard',
    usualPorts: [6006, 6015],
    usualName: /tensorboard/i,
    usualReach: 'laptop',
    use: 'open-page',
    proof: { by: 'page', page: 'data/environment', member: 'data_location', heads: [] },
    startCommand: 'nohup tensorboard --logdir . --port {port} > tensorboard.log 2>&1 &',
    hasToken: false,
    anyHostOption: null,
  },
} as const satisfies Readonly<Record<string, KnownService>>

export type ServiceKind = keyof typeof knownServices
/** In the order of their buttons. */
export const serviceKinds = Object.keys(knownServices) as readonly ServiceKind[]
export const serviceKind = z.enum(serviceKinds)

/** `tcp`: any other target, of whose service nothing is known. */
export const tunnelKind = z.enum([...serviceKinds, 'tcp'])
export type TunnelKind = z.infer<typeof tunnelKind>

/** What is known of the service at the end of a tunnel; null for any other target. */
export function knownService(kind: TunnelKind): KnownService | null {
  return kind === 'tcp' ? null : knownServices[kind]
}

/** What a person does with a tunnel of this kind. */
export function tunnelUse(kind: TunnelKind): TunnelUse {
  return knownService(kind)?.use ?? 'copy-address'
}
