import type { AlertWish, Gpu, LabReading } from '@nps-desktop/electron/contract'
import { expect, it } from 'vitest'
import { eventOf } from './alert-rules.ts'

const atMs = 1_800_000_000_000
const startedAtMs = atMs - 3_600_000
const training = {
  pid: 48_211,
  user: 'alice',
  isYours: true,
  name: 'train.py',
  command: 'python train.py',
  startedAtMs,
  cpuThreads: 1,
  residentBytes: 1,
  gpus: [0, 1],
}
const shell = { ...training, pid: 1, name: 'bash', gpus: [] }
const gpu = (index: number, restingForMs: number | null): Gpu => ({
  index,
  name: 'A100',
  usePercent: 0,
  usedBytes: 0,
  totalBytes: 80e9,
  celsius: 30,
  restingSinceMs: restingForMs === null ? null : atMs - restingForMs,
  processes: [],
})
const reading = (part: Partial<LabReading> = {}): LabReading => ({
  atMs,
  gpus: [],
  gpuFault: null,
  cpu: null,
  memory: null,
  disks: [],
  load: null,
  users: [],
  upSinceMs: null,
  processes: [training, shell],
  ...part,
})
const tell = (
  wish: AlertWish,
  now: LabReading,
  before: LabReading | null = null,
  codes = new Map<number, number>(),
) => eventOf(wish, { lab: 'a100', reading: now, before, exitCodes: codes })
const ends: AlertWish = { kind: 'process-ends', pid: 48_211, startedAtMs, name: 'train.py' }

it('tells that a process has ended, how, after how long, and what it left free', () => {
  expect(tell(ends, reading())).toBeNull()
  const after = reading({ processes: [shell], gpus: [gpu(0, 0), gpu(1, 0)] })
  expect(tell(ends, after, reading(), new Map([[48_211, 137]]))).toEqual({
    code: 'process-ended',
    process: 'train.py',
    lab: 'a100',
    exitCode: 137,
    ranMs: 3_600_000,
    freeGpus: [0, 1],
  })
  expect(tell(ends, after)).toMatchObject({ exitCode: null, freeGpus: [] })
})

it('knows a later process with the same number for another one', () => {
  const later = { ...training, startedAtMs: atMs - 60_000 }
  expect(tell(ends, reading({ processes: [later, shell] }))).toMatchObject({ code: 'process-ended' })
  const clockWasSet = { ...training, startedAtMs: startedAtMs + 20_000 }
  expect(tell(ends, reading({ processes: [clockWasSet] }))).toBeNull()
})

it('takes a machine that lists nothing for no answer', () => {
  expect(tell(ends, reading({ processes: [] }))).toBeNull()
})

it('tells of as many GPUs as were asked for, once they have been at rest for five minutes', () => {
  const two: AlertWish = { kind: 'gpus-free', count: 2 }
  expect(tell(two, reading({ gpus: [gpu(0, 300_000), gpu(1, 299_999), gpu(2, null)] }))).toBeNull()
  expect(tell(two, reading({ gpus: [gpu(0, 300_000), gpu(1, null), gpu(2, 900_000)] }))).toEqual({
    code: 'gpus-free',
    lab: 'a100',
    gpus: [0, 2],
  })
})

it('tells of a disk and of a memory that are nearly full', () => {
  const disk = (usedBytes: number) =>
    reading({ disks: [{ mount: '/home', usedBytes, totalBytes: 100, isHome: true }] })
  const over: AlertWish = { kind: 'disk-over', mount: '/home', percent: 90 }
  expect(tell(over, disk(89.9))).toBeNull()
  expect(tell(over, disk(91))).toEqual({ code: 'disk-over', lab: 'a100', mount: '/home', percent: 91 })
  expect(tell(over, reading())).toBeNull()
  const memory: AlertWish = { kind: 'memory-over', percent: 90 }
  expect(tell(memory, reading({ memory: { usedBytes: 95, totalBytes: 100 } }))).toMatchObject({ percent: 95 })
})
