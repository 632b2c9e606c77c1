import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { base, labRef, nothing } from '../desktop-call.ts'
import { failure } from '../failures/failure.ts'
import { id, instantMs } from '../values.ts'

const bytes = z.number().nonnegative()
const percent = z.number().min(0).max(100)
const pid = z.number().int().positive()

/** A GPU below both values is at rest; after `freeForMs` of rest it is called free. */
export const restingGpu = { percent: 5, bytes: 1e9 } as const
/** How long a GPU rests before it is free: between two epochs of somebody's training it rests too. */
export const freeForMs = 5 * 60_000

/** A process that holds memory of a GPU. `bytes` is null where the driver does not say. */
export const gpuProcess = z.object({
  pid,
  /** The account's name; empty where it cannot be known. */
  user: z.string(),
  isYours: z.boolean(),
  name: z.string(),
  bytes: bytes.nullable(),
})
export type GpuProcess = z.infer<typeof gpuProcess>

export const gpu = z.object({
  index: z.number().int().nonnegative(),
  /** As the tool names it, without its maker: `A100-SXM4-80GB`. */
  name: z.string(),
  /** Null: the driver does not say, as with a card that is divided (MIG). */
  usePercent: percent.nullable(),
  usedBytes: bytes.nullable(),
  totalBytes: bytes.nullable(),
  celsius: z.number().nullable(),
  /** Since when it has been at rest, as far as this app has looked; null while it works. */
  restingSinceMs: instantMs.nullable(),
  /** Most memory first. */
  processes: z.array(gpuProcess),
})
export type Gpu = z.infer<typeof gpu>

export const labProcess = z.object({
  pid,
  user: z.string(),
  isYours: z.boolean(),
  /** What a person calls it: `train.py` of `python train.py --epochs 90`. */
  name: z.string(),
  /** Its command line, cut. */
  command: z.string(),
  startedAtMs: instantMs.nullable(),
  /** How many threads it keeps busy. */
  cpuThreads: z.number().nonnegative(),
  residentBytes: bytes,
  /** Indexes of the GPUs whose memory it holds. */
  gpus: z.array(z.number().int().nonnegative()),
})
export type LabProcess = z.infer<typeof labProcess>

export const labDisk = z.object({
  mount: z.string(),
  usedBytes: bytes,
  totalBytes: bytes,
  isHome: z.boolean(),
})
export type LabDisk = z.infer<typeof labDisk>

/** What a lab box said of itself at one moment. Whatever it does not tell is null or empty. */
export const labReading = z.object({
  atMs: instantMs,
  gpus: z.array(gpu),
  /** The tool that speaks for the GPUs is there, and failed: its own words. */
  gpuFault: z.object({ tool: z.string(), said: z.string() }).nullable(),
  cpu: z
    .object({ usePercent: percent.nullable(), threads: z.number().int().positive(), model: z.string() })
    .nullable(),
  memory: z.object({ usedBytes: bytes, totalBytes: bytes }).nullable(),
  /** Those that matter, by mount point. */
  disks: z.array(labDisk),
  load: z.object({ one: z.number(), five: z.number(), fifteen: z.number() }).nullable(),
  /** Accounts that are logged in. */
  users: z.array(z.string()),
  upSinceMs: instantMs.nullable(),
  /** Those on GPUs, those of this account, and the busiest of all; the busiest first. */
  processes: z.array(labProcess),
})
export type LabReading = z.infer<typeof labReading>

/** The means of one minute; null where nothing was read. `gpus` by their order in the reading. */
export const labMinute = z.object({
  atMs: instantMs,
  gpus: z.array(percent.nullable()),
  cpu: percent.nullable(),
  memory: percent.nullable(),
  /** By mount point; those that were not read are absent. */
  disks: z.record(z.string(), percent),
  load: z.number().nullable(),
})
export type LabMinute = z.infer<typeof labMinute>

export const labCard = z.object({
  /** The last one, however old; null before the first ever. */
  reading: labReading.nullable(),
  /** Of the last hour, oldest first; minutes in which nobody looked are absent. */
  minutes: z.array(labMinute),
  /** Why the box could not be read the last time; null after a reading. */
  failure: failure.nullable(),
})
export type LabCard = z.infer<typeof labCard>

/** What a lab box says of itself: its GPUs, processor, memory, disks, and who uses them. */
export const labCardContract = {
  /** The box is read every 5 s while somebody watches, or every 10 s where a look takes long. */
  watch: base.input(labRef).output(eventIterator(labCard)),
  /** Asks now, also after a failure that is not tried again by itself. */
  readNow: base.input(labRef).output(nothing),
  /**
   * Ends a process of the account that the app signs in with; `force` leaves it no time to tidy up. `hasEnded` false: it was
   * told to end and is still there.
   */
  endProcess: base
    .input(z.object({ labId: id, pid, startedAtMs: instantMs, force: z.boolean().default(false) }))
    .output(z.object({ hasEnded: z.boolean() })),
}
