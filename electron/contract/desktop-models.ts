import {
  absence,
  absenceReason,
  relayStatus,
  installKinds,
  privateWay,
  tunnelMode,
} from '@nps-desktop/relay-core/api'
import { z } from 'zod'
import { fact } from './facts.ts'
import { failure } from './failure.ts'
import { tunnelKind, tunnelReach } from './tunnel-kinds.ts'

export const instantMs = z.number().int().nonnegative()
export const port = z.number().int().min(1).max(65535)
export const id = z.string().min(1).max(64)
export const name = z.string().trim().min(1).max(64)
export const host = z.string().trim().min(1).max(253)

/** A port range, both ends included. */
export const portRange = z
  .object({ from: port, to: port })
  .refine(({ from, to }) => from <= to, 'the first port is above the last')
export type PortRange = z.infer<typeof portRange>

/** As a lab box's `npc status` shows it. */
export const agentKey = z.string().regex(/^sha256:[A-Za-z0-9_-]{43}$/)

// ---- ssh -----------------------------------------------------------------

export const sshAddress = z.object({ host, port: port.default(22), user: z.string().trim().min(1).max(64) })
export type SshAddress = z.infer<typeof sshAddress>

/** A machine that the app remembers. */
export const machineRef = z.object({ kind: z.enum(['server', 'lab']), id })
export type MachineRef = z.infer<typeof machineRef>

/** How to prove who one is; `stored` uses what was saved before. */
export const sshSecret = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('password'), password: z.string().min(1).max(1024) }),
  z.object({
    kind: z.literal('key'),
    /** The key's text, or the path of its file on this computer. */
    key: z
      .string()
      .min(1)
      .max(64 * 1024),
    passphrase: z.string().max(1024).optional(),
  }),
  /** ssh-agent, found by SSH_AUTH_SOCK. */
  z.object({ kind: z.literal('agent') }),
  z.object({ kind: z.literal('stored') }),
])
export type SshSecret = z.infer<typeof sshSecret>

/** What a person puts right before the failed step of a job runs again. */
export const corrections = z.object({
  sudoPassword: z.string().max(1024).optional(),
  secret: sshSecret.optional(),
  /** Of the key on the way to the machine that is locked. */
  passphrase: z.string().min(1).max(1024).optional(),
  withoutRoot: z.boolean().optional(),
  bridgePort: port.optional(),
})
export type Corrections = z.infer<typeof corrections>

/** A host key as it was shown; `pinned` is what an earlier visit confirmed. */
export const hostKey = z.object({
  host,
  port,
  /** `host:port` of the machine that the way leads through; empty when it is reached directly. */
  way: z.string(),
  algorithm: z.string(),
  /** `SHA256:…`, as OpenSSH prints it. */
  fingerprint: z.string(),
  state: z.enum(['new', 'known', 'changed']),
  pinned: z.string().nullable(),
  /** The ssh of this account knows the machine by this very key (known_hosts). */
  sshKnows: z.boolean(),
})
export type HostKey = z.infer<typeof hostKey>

export const jumpHost = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('none') }),
  /** A server or lab box that the app already has the secret of. */
  z.object({ kind: z.literal('server'), serverId: id }),
  z.object({ kind: z.literal('other'), address: sshAddress, secret: sshSecret }),
  /** As the app reaches this lab box already, with the sign-in that it keeps. */
  z.object({ kind: z.literal('kept'), labId: id }),
])
export type JumpHost = z.infer<typeof jumpHost>

const jump = jumpHost.default({ kind: 'none' })

/**
 * Where an ssh server is. The way belongs to it: an address of a private network is another machine's behind another
 * jump host, with another host key.
 */
export const sshEndpoint = z.object({ host, port, jump })

/** Where a lab box is, and as whom. */
export const machineAddress = sshAddress.extend({ jump })
export type MachineAddress = z.infer<typeof machineAddress>

// ---- jobs ----------------------------------------------------------------

export const stepIds = [
  // a server
  'connect',
  'identity',
  'system',
  'free-ports',
  'upload',
  'program-starts',
  'service',
  'config',
  'start',
  'bridge',
  'port-range',
  // a lab box
  'reach-relay',
  'online',
  // another program in its place
  'switch',
  // undoing
  'stop-service',
  'remove-service',
  'remove-files',
  'remove-firewall-rules',
  'remove-client',
] as const
export type StepId = (typeof stepIds)[number]

export const step = z.object({
  id: z.enum(stepIds),
  state: z.enum(['waiting', 'running', 'done', 'failed', 'skipped']),
  startedAtMs: instantMs.nullable(),
  tookMs: z.number().nullable(),
  progress: z.object({ done: z.number(), total: z.number(), unit: z.enum(['bytes', 'ports']) }).nullable(),
  facts: z.array(fact),
  failure: failure.nullable(),
})
export type Step = z.infer<typeof step>

export const portState = z.enum(['untried', 'open', 'refused-open', 'no-answer', 'closed-on-server', 'used'])
export type PortState = z.infer<typeof portState>

/** A rule to add in a provider's console, in its own words. */
const providerRule = z.object({ protocol: z.string(), ports: z.string(), source: z.string() })

const shutBy = z.enum(['none', 'host-firewall', 'security-group', 'unknown'])

/** What is known of the ports of one server. A cell is up to 50 neighbouring ports. */
export const portReport = z.object({
  range: portRange,
  bridge: z.object({ port, state: portState, ms: z.number().nullable() }),
  cells: z.array(
    z.object({ from: port, to: port, tried: z.number().int(), open: z.number().int(), state: portState }),
  ),
  tried: z.number().int(),
  open: z.number().int(),
  noAnswer: z.number().int(),
  closedOnServer: z.number().int(),
  /** Inside the range, of programs other than nps. */
  used: z.array(z.object({ port, program: z.string() })),
  /** What else listens there for others, outside the range and but for the bridge; left out by earlier versions. */
  others: z
    .array(z.object({ port, program: z.string(), state: portState, ms: z.number().nullable() }))
    .optional(),
  cause: shutBy,
  /**
   * The UDP ports by which private tunnels find a way past the server, which do without: not part of `cause`. Null: nps
   * answers at none, or nothing is known of them; left out by earlier versions.
   */
  rendezvous: z
    .object({
      ports: z.array(port).min(1).max(2),
      state: portState,
      ms: z.number().nullable(),
      cause: shutBy,
    })
    .nullish(),
  /** What opens all that the server itself keeps shut, the UDP ports too. */
  hostFirewall: z
    .object({
      tool: z.enum(['ufw', 'firewalld', 'nftables', 'iptables']),
      /** The command that would add the rule; nothing else is changed. */
      command: z.string(),
      /** Something of it can be added without touching a rule of somebody else's. */
      canApply: z.boolean(),
      /** A rule of somebody else's that keeps ports shut; the app leaves it as it is. */
      kept: z.string().optional(),
    })
    .nullable(),
  provider: z
    .object({
      id: z.enum(['aliyun', 'tencent', 'huawei', 'aws', 'google', 'azure', 'unknown']),
      instance: z.string().nullable(),
      region: z.string().nullable(),
      consoleUrl: z.string().nullable(),
      /** For the tunnels and the bridge; null where only `udpRule` is missing. */
      rule: providerRule.nullable(),
      /** For `rendezvous`; left out by earlier versions. */
      udpRule: providerRule.nullish(),
    })
    .nullable(),
  checkedAtMs: instantMs,
})
export type PortReport = z.infer<typeof portReport>

export const job = z.object({
  id,
  kind: z.enum([
    'server-setup',
    'server-update',
    'server-remove',
    'lab-setup',
    'lab-update',
    'lab-remove',
    'port-check',
  ]),
  serverId: id.nullable(),
  labId: id.nullable(),
  state: z.enum(['running', 'done', 'failed', 'cancelled']),
  steps: z.array(step),
  ports: portReport.nullable(),
  /** What is written where, so that the user sees it before and can take it back. */
  writes: z.array(z.string()),
})
export type Job = z.infer<typeof job>

// ---- the tree: servers, lab boxes, tunnels --------------------------------

/** One port of a server as it answered this laptop: `refused` means that the machine is there and nobody listens. */
export const portTry = z.object({
  what: z.enum(['bridge', 'ssh']),
  port,
  answer: z.enum(['accepted', 'refused', 'prohibited', 'silent', 'no-network']),
  ms: z.number(),
})
export type PortTry = z.infer<typeof portTry>

/** The link from this laptop to a server's relay API. */
export const link = z.discriminatedUnion('state', [
  z.object({ state: z.literal('online'), sinceMs: instantMs, roundTripMs: z.number().nullable() }),
  /** Not there for less than 20 s, which says little yet. */
  z.object({ state: z.literal('checking'), sinceMs: instantMs }),
  /**
   * Not there for longer. `failure` is the last reason and stays while it is tried again; `retryAtMs` is null while a try goes
   * on. `answering`: it is back, but for less than 10 s.
   */
  z.object({
    state: z.literal('away'),
    sinceMs: instantMs,
    retryAtMs: instantMs.nullable(),
    answering: z.boolean(),
    failure,
    /** What else of the server was tried. */
    tried: z.array(portTry),
  }),
  /** It is not tried again by itself: a person has to change something first. */
  z.object({ state: z.literal('failed'), failure }),
  /** Added, but not set up yet: the wizard goes on from here. */
  z.object({ state: z.literal('not-set-up') }),
])
export type Link = z.infer<typeof link>

/** What the provider of a server gives for the rent, as the person has said; null: not said. */
export const serverPlan = z.object({
  /** In a calendar month. */
  monthBytes: z.number().int().positive().nullable(),
  lineBytesPerSecond: z.number().int().positive().nullable(),
})
export type ServerPlan = z.infer<typeof serverPlan>

export const server = z.object({
  id,
  name,
  address: sshAddress.nullable(),
  /** The sign-in is kept on this computer; false for a server connected by key only. */
  hasSecret: z.boolean(),
  relay: z
    .object({
      host,
      bridgePort: port,
      fingerprint: z.string(),
      version: z.string().nullable(),
      range: portRange,
    })
    .nullable(),
  link,
  /** What it said of itself last, and when; null before it ever did. */
  last: z.object({ status: relayStatus, atMs: instantMs }).nullable(),
  plan: serverPlan.optional(),
  local: z.boolean(),
})
export type Server = z.infer<typeof server>

/** Systems that npc runs on. The two kinds of Linux differ in their C library: glibc, or musl as in Alpine. */
export const labPlatform = z.enum(['linux', 'linux-musl', 'darwin', 'windows'])
export type LabPlatform = z.infer<typeof labPlatform>

/** `none`: a person started it. */
export const startKind = z.enum([...installKinds, 'none', 'unknown'])

export const labState = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('online'),
    sinceMs: instantMs,
    address: z.string(),
    version: z.string(),
    /** Set when this machine has taken the place of another one with the same key: both, in words. */
    takeover: z.object({ by: z.string(), from: z.string() }).optional(),
    /** As far as its server knows. */
    lastAbsence: absence.optional(),
  }),
  z.object({
    state: z.literal('offline'),
    sinceMs: instantMs.nullable(),
    /** As far as its server knows. */
    why: absenceReason.optional(),
  }),
  /** The server itself cannot be asked. */
  z.object({ state: z.literal('unknown'), sinceMs: instantMs.nullable() }),
  /** Added, but its agent was never seen. */
  z.object({ state: z.literal('waiting') }),
])
export type LabState = z.infer<typeof labState>

/** What npc on a lab box dials where its owner lets tunnels lead to the box alone. */
export const thisLabBoxOnly = '127.0.0.1,::1'

/**
 * All that npc on a lab box may dial for its server: names, addresses and networks with commas between, each with `:port` or
 * `:first-last` if need be, as its flag `-allow_target` reads them. Null: whatever the server asks for.
 */
export const allowTarget = z.string().trim().min(1).max(4096).nullable()

/** A folder of a lab box as npc's flag `-share` takes it, in a list with commas between. */
export const sharedFolder = z
  .string()
  .max(4096)
  .regex(/^\/[^,\p{Cc}]*$/u)

export const lab = z.object({
  id,
  serverId: id,
  name,
  address: sshAddress.nullable(),
  /** The host that the way to it leads through, if any. */
  jump: z.string().nullable(),
  hasSecret: z.boolean(),
  startKind,
  /** Who may sign in there, as its npc says; absent where it has not said. */
  account: z.string().optional(),
  /** What its owner lets it dial; each set-up and each line to paste passes it on. */
  allowTarget,
  /** Whether the npc there has it so; null where the app cannot know, as it has not set it up or has since shown a line. */
  allowTargetInForce: z.boolean().nullable(),
  /** Its address is that of its own SSH tunnel: whatever stops its npc cuts the session too. */
  byOwnTunnel: z.boolean().optional(),
  state: labState,
})
export type Lab = z.infer<typeof lab>

export const stopNames = ['laptop', 'server', 'port', 'lab', 'service'] as const

/** One of the five stops; `ms` is the time of the link into it. */
export const stop = z.object({
  name: z.enum(stopNames),
  state: z.enum(['ok', 'failed', 'unknown', 'checking']),
  ms: z.number().nullable(),
  failure: failure.nullable(),
})
export type Stop = z.infer<typeof stop>

/** Ready means: all five stops answered within the last 30 s. */
export const tunnelStatus = z.discriminatedUnion('state', [
  z.object({ state: z.literal('ready'), checkedAtMs: instantMs, ms: z.number() }),
  /** Every stop that can be asked has answered; over UDP a service need not, so nothing is known of it. */
  z.object({ state: z.literal('unproved'), checkedAtMs: instantMs }),
  z.object({ state: z.literal('checking'), sinceMs: instantMs }),
  z.object({ state: z.literal('broken'), stop: z.enum(stopNames), sinceMs: instantMs, failure }),
  z.object({ state: z.literal('paused') }),
  z.object({ state: z.literal('unknown'), sinceMs: instantMs }),
])
export type TunnelStatus = z.infer<typeof tunnelStatus>

/** `app`: this one; `agent`: its npc, from npc.conf; `elsewhere`: the web console, a command line, or another laptop's app. */
export const tunnelMaker = z.enum(['app', 'agent', 'elsewhere'])
export type TunnelMaker = z.infer<typeof tunnelMaker>

export const tunnel = z.object({
  id,
  serverId: id,
  labId: id,
  kind: tunnelKind,
  /** Left out: this app. */
  madeBy: tunnelMaker.optional(),
  reach: tunnelReach,
  name,
  /** On the server; with the reach `laptop`, on this laptop; of a web address, the port that all of them share. */
  port,
  /** `host:port`, or several with commas between; empty where whoever comes says where to go, and for folders. */
  target: z.string(),
  /** What a person copies or opens: `ssh -p 7001 user@host` or `http://host:7002`; without secrets. Empty: none that works. */
  address: z.string(),
  status: tunnelStatus,
  stops: z.array(stop),
  /** With the reach `laptop`: which way its connections go, as long as this laptop has a port for it. */
  way: z.optional(privateWay),
  connections: z.number().int(),
  downBytes: z.number(),
  upBytes: z.number(),
})
export type Tunnel = z.infer<typeof tunnel>

/** A private tunnel of another laptop: it has no row with five stops, because only that laptop goes its way. */
export const otherTunnel = z.object({
  id,
  serverId: id,
  labId: id,
  name,
  mode: tunnelMode,
  /** On the server; null in the modes that have none of their own. */
  port: port.nullable(),
  target: z.string(),
  enabled: z.boolean(),
  /** It could be used from this laptop alone, as `tunnels.useHere` does. */
  canUseHere: z.boolean(),
})
export type OtherTunnel = z.infer<typeof otherTunnel>

/** A row of the app's data that could not be read at the start; it is kept, but not used. */
export const setAside = z.object({
  id: z.number().int(),
  kind: z.enum(['server', 'lab', 'tunnel']),
  name: z.string(),
})
export type SetAside = z.infer<typeof setAside>

/** Everything on Home; one value, the latest wins. */
export const overview = z.object({
  atMs: instantMs,
  laptopOnline: z.boolean(),
  servers: z.array(server),
  labs: z.array(lab),
  tunnels: z.array(tunnel),
  otherTunnels: z.array(otherTunnel),
  setAside: z.array(setAside),
  trial: z.boolean(),
})
export type Overview = z.infer<typeof overview>

/** One line each in the locale's `activity`; params: `server`, `lab`, `tunnel`, `guest` (names), `address`, `stop`, `version` and `reason` (an error code). */
export const activityCodes = [
  'server-added',
  'server-removed',
  'server-online',
  'server-offline',
  'lab-added',
  'lab-removed',
  'lab-online',
  'lab-offline',
  'tunnel-added',
  'tunnel-removed',
  'tunnel-ready',
  'tunnel-broken',
  'tunnel-paused',
  'guest-pass-made',
  'guest-pass-revoked',
  'guest-pass-restored',
  'guest-came',
  'setup-done',
  'setup-failed',
  'lab-setup-done',
  'lab-setup-failed',
  'nps-updated',
  'nps-update-undone',
  'nps-update-failed',
  'npc-updated',
  'npc-update-undone',
  'npc-update-failed',
] as const
export type ActivityCode = (typeof activityCodes)[number]

export const activityEvent = z.object({
  id: z.number().int(),
  atMs: instantMs,
  tone: z.enum(['ok', 'warn', 'bad', 'info']),
  code: z.enum(activityCodes),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
  serverId: id.nullable(),
  labId: id.nullable(),
  tunnelId: id.nullable(),
})
export type ActivityEvent = z.infer<typeof activityEvent>

/** Whether the app keeps entries in this account's ssh settings; `unasked`: nobody has said. Set by `openIn.keepEntries` alone. */
export const sshEntries = z.enum(['unasked', 'on', 'off'])
export type SshEntries = z.infer<typeof sshEntries>

export const settings = z.object({
  language: z.enum(['system', 'en', 'zh-CN']),
  theme: z.enum(['system', 'light', 'dark']),
  closeToTray: z.boolean(),
  /** At the start and each day; false: nothing is asked anywhere. */
  checkForUpdates: z.boolean(),
  /** Where newer versions are looked for; empty: where the build says. */
  updateAddress: z.string().max(2_048),
  /** A newer version is fetched as soon as it is found, not only when the person says so. */
  downloadUpdates: z.boolean(),
  sshEntries,
  /** Shells of the app's terminal go on on the lab box when their connection breaks off, where it has tmux. */
  keepShells: z.boolean(),
  /** Tell of servers, lab boxes and services that go for over two minutes, and of their return. */
  notifyFaults: z.boolean(),
  /** Tell of a quota at 80 % and 100 %. */
  notifyQuotas: z.boolean(),
  /** Tell what was asked for on a lab box. */
  notifyAlerts: z.boolean(),
  /** Minutes since midnight, this computer's time; over midnight where the end is before the beginning. */
  quietHours: z.object({
    isOn: z.boolean(),
    fromMinute: z.number().int().min(0).max(1439),
    toMinute: z.number().int().min(0).max(1439),
  }),
})
export type Settings = z.infer<typeof settings>

/** As a new installation has them. */
export const defaultSettings: Settings = {
  language: 'system',
  theme: 'system',
  closeToTray: true,
  checkForUpdates: true,
  updateAddress: '',
  downloadUpdates: false,
  sshEntries: 'unasked',
  keepShells: true,
  notifyFaults: true,
  notifyQuotas: true,
  notifyAlerts: true,
  quietHours: { isOn: false, fromMinute: 22 * 60, toMinute: 8 * 60 },
}

export const capabilities = z.object({
  version: z.string(),
  platform: z.string(),
  /** Desktop only things; the page offers just what is here. */
  desktop: z.boolean(),
  tray: z.boolean(),
  openFolder: z.boolean(),
  openUrl: z.boolean(),
  pickFile: z.boolean(),
  startAtLogin: z.boolean(),
  /** `keychain`: the OS keeps the key; `key-file`: a file of mode 0600 in the data folder. */
  secretStorage: z.enum(['keychain', 'key-file']),
  dataFolder: z.string(),
  /** Where this build looks for newer versions unless the person names another address; empty: nowhere. */
  updateAddress: z.string(),
})
export type Capabilities = z.infer<typeof capabilities>
