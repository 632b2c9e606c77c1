import { counterpartOf, tunnelModes, usualProxyPorts } from '@nps-desktop/relay-core/api'
import type { InterchangeableMode, TunnelMode } from '@nps-desktop/relay-core/api'
import { z } from 'zod'

/** `laptop`: no port on the server; one of this laptop's own, on its loopback, leads there end to end encrypted. */
export const tunnelReach = z.enum(['anyone', 'laptop'])
export type TunnelReach = z.infer<typeof tunnelReach>

/** What a person does with a tunnel, as its button says. */
export type TunnelUse =
  | 'copy-ssh-command'
  | 'copy-address'
  /** The address that programs of the kind are given, as `http://host:port/v1`. */
  | 'copy-base-url'
  | 'open-page'

/** How a service shows by its first answer that it is the expected one. */
export type ServiceProof =
  /** It speaks first, a line of which `banner` is the first group. */
  | { readonly by: 'banner'; readonly banner: RegExp }
  /** It answers `hello`, which its client sends first, with `reply`; each character is one byte. `seen` names it. */
  | { readonly by: 'reply'; readonly hello: string; readonly reply: RegExp; readonly seen: string }
  /** Whatever speaks HTTP is right, also when it forbids or asks for a login. */
  | { readonly by: 'any-page' }
  /**
   * A page answers without a login, under the service's path, with a JSON object that has `member`, which fits `value` where
   * there is one; or the head of any answer fits one of `heads`, which `seen` names.
   */
  | {
      readonly by: 'page'
      readonly page: string
      readonly member: string
      readonly value?: RegExp
      readonly heads: readonly { readonly pattern: RegExp; readonly seen: string }[]
    }

/** All that the app knows of a service of a lab box. */
export interface KnownService {
  /** In English, for messages and as a tunnel's name where the caller gives none; screens have words of their own. */
  readonly name: string
  /** Where it listens unless told otherwise, and the last of the ports it takes instead when that one is taken. */
  readonly usualPorts: readonly [first: number, last: number]
  /** Hardly any other program uses these ports, so a tunnel to one of them that was made elsewhere is of this kind. */
  readonly isKnownByPort: boolean
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
 * The services that the app adds with one click, checks and opens, in the order of their buttons. All but SSH speak plain
 * HTTP or protect themselves poorly, and a board asks nobody who they are: they stay with this laptop. SSH encrypts, asks who comes, and is
 * used from other machines too.
 */
export const knownServices = {
  ssh: {
    name: 'SSH',
    usualPorts: [22, 22],
    isKnownByPort: true,
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
    isKnownByPort: true,
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
    isKnownByPort: true,
    usualName: /tensorboard/i,
    usualReach: 'laptop',
    use: 'open-page',
    proof: { by: 'page', page: 'data/environment', member: 'data_location', heads: [] },
    startCommand: 'nohup tensorboard --logdir . --port {port} > tensorboard.log 2>&1 &',
    hasToken: false,
    anyHostOption: null,
  },
  code: {
    name: 'VS Code',
    // code-server, `--bind-addr`
    usualPorts: [8080, 8080],
    isKnownByPort: false,
    usualName: /\b(code-server|vs ?code)\b/i,
    usualReach: 'laptop',
    use: 'open-page',
    // code-server, "What is the healthz endpoint?"
    proof: { by: 'page', page: 'healthz', member: 'status', value: /^(alive|expired)$/, heads: [] },
    startCommand: 'nohup code-server --bind-addr 127.0.0.1:{port} > code-server.log 2>&1 &',
    hasToken: false,
    anyHostOption: null,
  },
  rdp: {
    name: 'Remote Desktop',
    usualPorts: [3389, 3389],
    isKnownByPort: true,
    usualName: /\b(rdp|remote desktop)\b|远程桌面/i,
    usualReach: 'laptop',
    use: 'copy-address',
    // MS-RDPBCGR §2.2.1.1 and §2.2.1.2: an X.224 connection request that offers TLS and CredSSP, and its confirmation
    proof: {
      by: 'reply',
      hello: '\x03\x00\x00\x13\x0e\xe0\x00\x00\x00\x00\x00\x01\x00\x08\x00\x03\x00\x00\x00',
      // eslint-disable-next-line no-control-regex -- the bytes of the protocol
      reply: /^\x03\x00[^]{3}\xd0/,
      seen: 'RDP',
    },
    startCommand: null,
    hasToken: false,
    anyHostOption: null,
  },
  vnc: {
    name: 'VNC',
    // display :0 is 5900 (RFB 3.8, §7; vncserver(1))
    usualPorts: [5900, 5910],
    isKnownByPort: true,
    usualName: /\bvnc\b/i,
    usualReach: 'laptop',
    use: 'copy-address',
    // RFC 6143 §7.1.1
    proof: { by: 'banner', banner: /^(RFB \d{3}\.\d{3})\n/ },
    startCommand: null,
    hasToken: false,
    anyHostOption: null,
  },
  llm: {
    name: 'LLM server',
    // vLLM, `--port`; llama.cpp and others take 8080
    usualPorts: [8000, 8000],
    isKnownByPort: false,
    usualName: /\b(llm|vllm|ollama|openai)\b|大模型/i,
    usualReach: 'laptop',
    use: 'copy-base-url',
    // OpenAI API, "List models"; one that was started with a key answers 401 to whoever has none
    proof: {
      by: 'page',
      page: 'v1/models',
      member: 'object',
      value: /^list$/,
      heads: [{ pattern: /^HTTP\/1\.[01] 401\b/, seen: 'asks for its key' }],
    },
    startCommand: null,
    hasToken: false,
    anyHostOption: null,
  },
  web: {
    name: 'Web page',
    usualPorts: [8000, 8000],
    isKnownByPort: false,
    usualName: /\bweb ?page\b|网页/i,
    usualReach: 'laptop',
    use: 'open-page',
    proof: { by: 'any-page' },
    startCommand: null,
    hasToken: false,
    anyHostOption: null,
  },
} as const satisfies Readonly<Record<string, KnownService>>

export type ServiceKind = keyof typeof knownServices
/** In the order of their buttons. */
export const serviceKinds = Object.keys(knownServices) as readonly ServiceKind[]
export const serviceKind = z.enum(serviceKinds)
/** What nearly everybody adds, in a new lab box first of all. */
export const usualKinds = ['ssh', 'jupyter', 'tensorboard'] as const satisfies readonly ServiceKind[]

/**
 * Tunnels of which the app knows the mode alone, not the service. `tcp`: a port for any other target; the rest are named as
 * the relay's modes, of which the private ones are none: they are how others are for this laptop alone.
 */
export const plainKinds = [
  'tcp',
  'udp',
  'socks5',
  'httpProxy',
  'host',
  'file',
] as const satisfies readonly TunnelMode[]
export type PlainKind = (typeof plainKinds)[number]

export const tunnelKind = z.enum([...serviceKinds, ...plainKinds])
export type TunnelKind = z.infer<typeof tunnelKind>

export function isServiceKind(kind: TunnelKind): kind is ServiceKind {
  return kind in knownServices
}

/** Where the service listens on the lab box unless told otherwise. */
export function usualTarget(kind: ServiceKind): string {
  return `127.0.0.1:${knownServices[kind].usualPorts[0]}`
}

/** What is known of the service at the end of a tunnel; null where nothing is. */
export function knownService(kind: TunnelKind): KnownService | null {
  return isServiceKind(kind) ? knownServices[kind] : null
}

/** What a person does with a tunnel of this kind. */
export function tunnelUse(kind: TunnelKind): TunnelUse {
  const usual = kind === 'host' || kind === 'file' ? 'open-page' : 'copy-address'
  return knownService(kind)?.use ?? usual
}

/** The relay's mode of a tunnel of this kind and reach; one that cannot be private is for anyone. */
export function modeOfKind(kind: TunnelKind, reach: TunnelReach): TunnelMode {
  return (reach === 'laptop' ? privateMode(kind) : undefined) ?? publicMode(kind)
}

/** Whether it can be for this laptop alone: a private tunnel carries streams to one target, or to a proxy of the lab box. */
export function canBePrivate(kind: TunnelKind): boolean {
  return privateMode(kind) !== undefined
}

/** Whether it leads into the lab's network, to whatever its visitor names. */
export function isNetworkKind(kind: TunnelKind): kind is 'socks5' | 'httpProxy' {
  return kind === 'socks5' || kind === 'httpProxy'
}

/** The `host:port` whose number a tunnel for this laptop alone gets here, if it is free: its target's, or the usual one of a proxy. */
export function namesakeOf(kind: TunnelKind, target: string): string {
  const { agentProxy } = tunnelModes[modeOfKind(kind, 'laptop')]
  return agentProxy ? `127.0.0.1:${usualProxyPorts[agentProxy]}` : target
}

function publicMode(kind: TunnelKind): PlainKind {
  return isServiceKind(kind) ? 'tcp' : kind
}

function privateMode(kind: TunnelKind): InterchangeableMode | undefined {
  return counterpartOf(publicMode(kind))
}
