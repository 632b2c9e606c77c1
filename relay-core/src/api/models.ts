import { z } from 'zod'
import { relayErrorCodes, type FailureParams } from './errors.ts'
import { printable } from './printable.ts'
import { clientLimits, limits } from './limits.ts'
import { tunnelModeNames } from './tunnel-modes.ts'
import { clientSettings, tunnelSettings } from './tunnel-settings.ts'

/** Milliseconds since the Unix epoch. */
export const instantMs = z.number().int().nonnegative()
export const port = z.number().int().min(1).max(65535)
export const clientId = z.number().int().positive()
export const tunnelId = z.number().int().positive()
const onePort = /^(\d{1,5})(?:-(\d{1,5}))?$/

function isPortOrRange(text: string): boolean {
  const [, from, to = from] = onePort.exec(text) ?? []
  return (
    port.safeParse(Number(from)).success && Number(from) <= Number(to) && port.safeParse(Number(to)).success
  )
}

/** Ports in the stock syntax, `7000-9000,10001`; empty: every port. */
export const portList = z
  .string()
  .max(64 * 1024)
  .refine(
    (text) => text === '' || text.split(',').every(isPortOrRange),
    'expected ports such as 7000-9000,10001',
  )

/** Given by a person, or by an agent that brings its tunnels. */
export const displayName = z
  .string()
  .overwrite((text) => printable(text))
  .trim()
  .min(1)
  .max(64)
/** SHA-256 of a relay's or agent's key, as `nps` prints it. */
export const keyFingerprint = z.string().regex(/^sha256:[A-Za-z0-9_-]{43}$/)

export const failureParams: z.ZodType<FailureParams> = z.record(z.string(), z.union([z.string(), z.number()]))
/** What travels in the `data` of a failed call. `message` is the English sentence for logs and command lines. */
export const relayErrorData = z.object({ params: failureParams })

export const relayFailure = z.object({
  code: z.enum(relayErrorCodes),
  params: failureParams,
  message: z.string(),
})
export type RelayFailure = z.infer<typeof relayFailure>

/** How nps or npc is kept running on a machine, as `-service=` and `service.json` name it. */
export const installKinds = [
  'systemd',
  'systemd-user',
  'cron',
  'background',
  'windows-service',
  'logon',
  'launchd',
  'launchd-agent',
] as const
export type InstallKind = (typeof installKinds)[number]

/**
 * Why an agent is or was away, as far as its relay knows. `stopped`: it said goodbye, as when npc is stopped or its machine shut down. `lost`: nothing was heard
 * any more. `restarted`: the same, and a program that was started anew has come back. `disabled`: its client was switched off.
 */
export const absenceReason = z.enum(['stopped', 'lost', 'restarted', 'disabled'])
export type AbsenceReason = z.infer<typeof absenceReason>

/** A time in which an agent was away, for half a minute or longer. */
export const absence = z.object({ sinceMs: instantMs, untilMs: instantMs, why: absenceReason })
export type Absence = z.infer<typeof absence>

/** The agent's link as the relay sees it. */
export const agentPresence = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('online'),
    sinceMs: instantMs,
    address: z.string(),
    version: z.string(),
    protocol: z.enum(['native', 'stock']),
    roundTripMs: z.number().nullable(),
    /** Of the agent's own key, as it says; stock agents have none. */
    fingerprint: keyFingerprint.optional(),
    /** The name of the machine, as it says; stock agents do not. */
    hostname: z.string().optional(),
    /** How the agent was started, as it reports; stock agents and older ones do not. */
    origin: z
      .object({
        /** What starts it; `none`: a person did. Null: something this version does not know. */
        start: z.enum(['none', ...installKinds]).nullable(),
        /** The account of the person who installed or started it, to sign in with; empty where it is unknown. */
        account: z.string().regex(/^(?:[A-Za-z0-9_][A-Za-z0-9_.-]{0,63})?$/),
      })
      .optional(),
    /** The machine that was online with the same key until this one came. */
    displaced: z
      .object({
        address: z.string(),
        hostname: z.string(),
        atMs: instantMs,
        /** When it last asked to come back, which shows that it still runs. Null if it has not asked. */
        askedAtMs: instantMs.nullable(),
      })
      .optional(),
    /** The last one since the relay was started; older relays leave it out. */
    lastAbsence: absence.optional(),
  }),
  /** `sinceMs` is null for a client that was never online. `why` is absent where the relay was started since, and for older relays. */
  z.object({
    state: z.literal('offline'),
    sinceMs: instantMs.nullable(),
    why: absenceReason.optional(),
  }),
])
export type AgentPresence = z.infer<typeof agentPresence>

/** A client: the account of one lab box. */
export const client = z.object({
  id: clientId,
  name: displayName,
  vkey: z.string(),
  enabled: z.boolean(),
  createdAtMs: instantMs,
  agent: agentPresence,
  tunnelCount: z.number().int(),
  /** Made by its own agent with `public_vkey`; removed when that agent has been away for ten minutes. */
  isTemporary: z.boolean(),
  settings: clientSettings,
  limits: clientLimits,
  /** Connections through all its tunnels now. */
  connections: z.number().int(),
  /** Bytes to visitors through all its tunnels, removed ones too, since creation. */
  downBytes: z.number().int(),
  /** Bytes to targets, likewise. */
  upBytes: z.number().int(),
  /** Both directions together since this month began (UTC); older relays leave it out. */
  monthBytes: z.number().int().optional(),
})
export type Client = z.infer<typeof client>

export const tunnelMode = z.enum(tunnelModeNames)

const oneTarget = '(\\[[0-9a-fA-F:.%]+\\]|[^\\s\\p{C}:/,[\\]]{1,253}):\\d{1,5}'

/**
 * `host:port`, as the agent dials it; an IPv6 host in brackets. Several, used round robin, separated by commas.
 * Empty in the modes where the visitor says where to go, and for files.
 */
export const targetAddress = z
  .string()
  .trim()
  .max(4096)
  .regex(new RegExp(`^(${oneTarget}(,${oneTarget}){0,63})?$`, 'u'), 'expected host:port')

/** The server's listening port: open, stopped by a person, or failed to open. */
export const tunnelState = z.discriminatedUnion('state', [
  z.object({ state: z.literal('listening') }),
  z.object({ state: z.literal('stopped') }),
  z.object({ state: z.literal('failed'), failure: relayFailure }),
])
export type TunnelState = z.infer<typeof tunnelState>

export const tunnel = z.object({
  id: tunnelId,
  clientId,
  name: displayName,
  mode: tunnelMode,
  /** The port on the server; null in the modes without one, host and private. */
  port: port.nullable(),
  target: targetAddress,
  /** Those of several targets that are left out now because they are unhealthy. */
  downTargets: z.array(z.string()),
  settings: tunnelSettings,
  limits,
  /** `agent`: its npc brought it and removes it; null: a person made it. */
  pushedBy: z.enum(['agent']).nullable(),
  /** What a person switched on or off; kept over restarts. */
  enabled: z.boolean(),
  createdAtMs: instantMs,
  status: tunnelState,
  connections: z.number().int(),
  /** Bytes to the visitor, since creation. */
  downBytes: z.number().int(),
  /** Bytes to the target, since creation. */
  upBytes: z.number().int(),
  /** Both directions together since this month began (UTC); older relays leave it out. */
  monthBytes: z.number().int().optional(),
})
export type Tunnel = z.infer<typeof tunnel>

export const hopName = z.enum(['port', 'agent', 'target'])

/** One hop of a probe: `skipped` when an earlier hop failed, or when nothing can be asked there, as over UDP. */
export const probeHop = z.object({
  hop: hopName,
  state: z.enum(['ok', 'failed', 'skipped']),
  ms: z.number().nullable(),
  failure: relayFailure.nullable(),
})
export const probeResult = z.object({ tunnelId, atMs: instantMs, hops: z.array(probeHop) })
export type ProbeResult = z.infer<typeof probeResult>

/** One leg of the way from the laptop to a service. Null: nothing arrived in the time there is. */
export const legMeasurement = z.object({
  roundTripMs: z.number().nonnegative(),
  /** By how much round trips differ from one to the next. */
  variesMs: z.number().nonnegative(),
  /** Towards the laptop. */
  downBytesPerSecond: z.number().nonnegative().nullable(),
  upBytesPerSecond: z.number().nonnegative().nullable(),
})
export type LegMeasurement = z.infer<typeof legMeasurement>

export const connection = z.object({
  id: z.number().int(),
  tunnelId,
  visitor: z.string(),
  openedAtMs: instantMs,
  downBytes: z.number().int(),
  upBytes: z.number().int(),
})
export type Connection = z.infer<typeof connection>

/** One second of traffic of one tunnel. */
export const liveTraffic = z.object({
  atMs: instantMs,
  tunnels: z.array(
    z.object({
      tunnelId,
      downBytesPerSecond: z.number(),
      upBytesPerSecond: z.number(),
      downBytes: z.number().int(),
      upBytes: z.number().int(),
      connections: z.number().int(),
    }),
  ),
})
export type LiveTraffic = z.infer<typeof liveTraffic>

/** A point covers `[atMs, atMs + periodMs)`. Null bytes: the relay was not running, so nothing is known. */
export const trafficHistory = z.object({
  periodMs: z.number().int(),
  points: z.array(
    z.object({ atMs: instantMs, downBytes: z.number().nullable(), upBytes: z.number().nullable() }),
  ),
})
export type TrafficHistory = z.infer<typeof trafficHistory>

export const consolePass = z.object({
  token: z.string(),
  expiresAtMs: instantMs,
  port,
  /** The console's own path, without a slash at its end. */
  path: z.string(),
  isTls: z.boolean(),
  /** The address that the console listens on, `0.0.0.0` and `::` for every one. An nps of before does not tell. */
  host: z.string().optional(),
})
export type ConsolePass = z.infer<typeof consolePass>

/** What the machine that the relay runs on is doing. Whatever it does not tell is null. */
export const machineUse = z.object({
  atMs: instantMs,
  /** Of the whole processor, in the last seconds. */
  cpuPercent: z.number().min(0).max(100).nullable(),
  threads: z.number().int().positive(),
  /** Processes that ran or waited to, the mean of a minute. */
  load: z.number().nonnegative().nullable(),
  memory: z.object({ usedBytes: z.number().nonnegative(), totalBytes: z.number().nonnegative() }).nullable(),
  disk: z.object({ usedBytes: z.number().nonnegative(), totalBytes: z.number().nonnegative() }).nullable(),
  /** All that passes its network cards, tunnels or not. */
  line: z.object({ inBytesPerSecond: z.number(), outBytesPerSecond: z.number() }).nullable(),
})
export type MachineUse = z.infer<typeof machineUse>

/** With what to ask the relay, by UDP, at which address it sees the asker (spec/wire.md §8). Both keys are hexadecimal. */
export const seenKey = z.object({
  id: z.string().regex(/^[0-9a-f]{32}$/),
  key: z.string().regex(/^[0-9a-f]{64}$/),
  /** The UDP ports that answer: the bridge's number and the next one, or the one of them that no other program has. */
  ports: z.array(port).min(1).max(2),
})
export type SeenKey = z.infer<typeof seenKey>

export const relayStatus = z.object({
  version: z.string(),
  startedAtMs: instantMs,
  hostname: z.string(),
  platform: z.string(),
  bridgePort: port,
  webPort: port.nullable(),
  /** Where host tunnels are visited; null while that port is not open, left out by relays without host tunnels. */
  httpPort: port.nullable().optional(),
  httpsPort: port.nullable().optional(),
  allowPorts: portList,
  fingerprint: z.string(),
  /** Whether stock NPS programs are served, whose link is not encrypted. */
  stockProtocol: z.boolean(),
  clientsOnline: z.number().int(),
  clientsTotal: z.number().int(),
  residentBytes: z.number().int(),
  service: z.string(),
})
export type RelayStatus = z.infer<typeof relayStatus>
