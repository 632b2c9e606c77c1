import * as z from 'zod'
import { instantMs, port, portList } from './words/scalars.ts'

export const consolePass = z.object({
  token: z.string().max(1_024),
  expiresAtMs: instantMs,
  port,
  /** The console's own path, as web_base_url of nps.conf takes it. It becomes a part of an address. */
  path: z
    .string()
    .max(1_024)
    .regex(/^(?:\/[\w.~-]+)*$/),
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

/** Who asks. `address`: where the connection comes from, as the relay sees it; null where nobody knows. */
export const caller = z.object({ address: z.union([z.ipv4(), z.ipv6()]).nullable() })
export type Caller = z.infer<typeof caller>

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
