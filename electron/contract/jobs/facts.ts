import { installKinds } from '@nps-desktop/relay-core/api'
import { z } from 'zod'

const text = z.string()
const whole = z.number().int()
const bytes = z.number().nonnegative()
/** Milliseconds. */
const ms = z.number().nonnegative()

/** What a step can have found, with the values that its sentence needs. The locales have a sentence for each,
 * and a second one for those with a value that cannot always be known. */
export const factParams = {
  'signed-in': z.object({ user: text, host: text, ms }),
  /** `jump`: the host the way leads through */
  'through-jump': z.object({ jump: text }),
  /** signed in as root */
  'is-root': z.object({ user: text }),
  /** becomes root by sudo */
  'has-sudo': z.object({ user: text }),
  /** everything is done as this account */
  'without-root': z.object({ user: text }),
  system: z.object({ os: text, arch: text, kernel: text, libc: text.optional() }),
  'disk-free': z.object({ path: text, freeBytes: bytes, neededBytes: bytes }),
  'memory-free': z.object({ freeBytes: bytes }),
  /** how far the clock is ahead (or behind, below 0) */
  'clock-off': z.object({ seconds: z.number() }),
  /** free for lab boxes */
  'bridge-port-free': z.object({ port: whole }),
  /** where the web console will listen, on this machine only */
  'console-port': z.object({ port: whole }),
  /** of the tunnel range */
  'port-used': z.object({ port: whole, program: text.optional() }),
  /** an nps of ours runs here; its lab boxes and tunnels stay */
  'relay-found': z.object({ version: text.optional() }),
  /** an nps of another kind is installed here; it stays as it is, and ours goes beside it */
  'other-nps-kept': z.object({ path: text }),
  /** an npc of ours is here */
  'agent-found': z.object({ version: text.optional() }),
  uploaded: z.object({ bytes, program: text }),
  /** the same file is there already */
  'upload-not-needed': z.object({ program: text }),
  'program-starts': z.object({ program: text, version: text }),
  'start-kind': z.object({ kind: z.enum([...installKinds, 'unknown']) }),
  /** why not a better kind of start; the machine's own words */
  'start-kind-reason': z.object({ reason: text }),
  'config-written': z.object({ path: text }),
  /** was fine already */
  'config-kept': z.object({ path: text }),
  'relay-running': z.object({ version: text.optional() }),
  'bridge-open': z.object({ port: whole, ms }),
  'ports-open': z.object({ from: whole, to: whole, open: whole, tried: whole }),
  /** as seen from the lab box */
  'relay-reached': z.object({ host: text, port: whole, ms }),
  'agent-online': z.object({ address: text, version: text }),
  /** taken back from the machine */
  removed: z.object({ what: text }),
  /** could not be taken back */
  'left-behind': z.object({ what: text, reason: text }),
} as const

export type FactCode = keyof typeof factParams
export const factCodes = Object.keys(factParams) as FactCode[]
export type FactParams<Code extends FactCode = FactCode> = z.infer<(typeof factParams)[Code]>

/** A fact a step found. */
export type Fact = { [Code in FactCode]: { code: Code; params: FactParams<Code> } }[FactCode]

const facts = factCodes.map((code) => z.object({ code: z.literal(code), params: factParams[code] }))
type FactSchema = (typeof facts)[number]

// As with failures: zod cannot follow the map from code to params.
export const fact = z.discriminatedUnion('code', facts as [FactSchema, ...FactSchema[]]) as z.ZodType<
  Fact,
  Fact
>
