import type {
  AlertWish,
  Gpu,
  GpuProcess,
  Lab,
  LabCard,
  LabMinute,
  LabProcess,
  LabReading,
} from '@nps-desktop/electron/contract'
import type { World } from './world.ts'
import { hourMs, minuteMs } from './world.ts'
import { few } from './usual-world.ts'

const gibibyte = 1024 ** 3
const day = 24 * hourMs

function process(pid: number, user: string, command: string, part: Partial<LabProcess> = {}): LabProcess {
  return {
    pid,
    user,
    isYours: user === 'goudan',
    name: command.split(' ').at(-1) ?? command,
    command,
    startedAtMs: Date.now() - 4 * hourMs - 18 * minuteMs,
    cpuThreads: 6.2,
    residentBytes: 21.4 * gibibyte,
    gpus: [],
    ...part,
  }
}

const training = process(48_211, 'goudan', 'python train.py', { name: 'train.py', gpus: [0, 1] })
const serving = process(39_020, 'user2', 'python -m vllm', { name: 'vllm', gpus: [2], cpuThreads: 2.1 })
const other = process(51_007, 'user3', '/opt/conda/bin/python', { name: 'python', gpus: [2], cpuThreads: 1 })
const third = process(51_090, 'user4', 'python eval.py', { name: 'eval.py', gpus: [2], cpuThreads: 0.4 })

function on({ pid, user, isYours, name }: LabProcess, gib: number): GpuProcess {
  return { pid, user, isYours, name, bytes: gib * gibibyte }
}

function gpu(
  index: number,
  usePercent: number,
  usedGib: number,
  celsius: number,
  processes: GpuProcess[],
): Gpu {
  return {
    index,
    name: 'A100-SXM4-80GB',
    usePercent,
    usedBytes: usedGib * gibibyte,
    totalBytes: 80 * gibibyte,
    celsius,
    restingSinceMs: processes.length === 0 ? Date.now() - 38 * minuteMs : null,
    processes,
  }
}

const fourGpus = (): Gpu[] => [
  gpu(0, 93, 61.2, 71, [on(training, 61.2)]),
  gpu(1, 91, 60.8, 69, [on(training, 60.8)]),
  gpu(2, 42, 41.9, 58, [on(serving, 38.4), on(other, 3.1), on(third, 0.4)]),
  gpu(3, 0, 0.5, 34, []),
]

function reading(part: Partial<LabReading> = {}): LabReading {
  return {
    atMs: Date.now() - 3_000,
    gpus: fourGpus(),
    gpuFault: null,
    cpu: { usePercent: 34, threads: 64, model: 'EPYC 7543' },
    memory: { usedBytes: 212 * gibibyte, totalBytes: 512 * gibibyte },
    disks: [
      { mount: '/home', usedBytes: 2.91e12, totalBytes: 3.6e12, isHome: true },
      { mount: '/', usedBytes: 98e9, totalBytes: 480e9, isHome: false },
      { mount: '/mnt/data sets', usedBytes: 4.1e12, totalBytes: 7.2e12, isHome: false },
    ],
    load: { one: 22.4, five: 21.2, fifteen: 19.8 },
    users: ['goudan', 'user2'],
    upSinceMs: Date.now() - 12 * day - 4 * hourMs,
    processes: [training, serving, other, third],
    ...part,
  }
}

/** An hour that looks like one: the same each time. */
function minutes(gpuMeans: readonly number[]): LabMinute[] {
  const now = Math.floor(Date.now() / minuteMs) * minuteMs
  const noise = (at: number, salt: number): number => {
    const value = Math.sin(at * 12.9898 + salt * 78.233) * 43_758.5453
    return 2 * (value - Math.floor(value)) - 1
  }
  return Array.from({ length: 60 }, (_, at) => {
    const near = (mean: number, salt: number, spread = 4): number =>
      Math.min(100, Math.max(0, mean + spread * noise(at, salt)))
    return {
      atMs: now - (59 - at) * minuteMs,
      gpus: gpuMeans.map((mean, index) => {
        if (mean === 0) return at < 22 ? near(88, index) : 0
        return mean < 60 ? near(mean + 18 * Math.sin(at / 7), index, 8) : near(mean, index)
      }),
      cpu: near(40, 20),
      memory: near(41, 21, 1),
      disks: { '/home': near(80, 23, 1), '/': 20, '/mnt/data sets': near(57, 24, 1), '/scratch': 64 },
      load: near(49, 22, 3),
    }
  })
}

function labWorld(card: LabCard | null, change: (box: Lab) => Lab = (box) => box): World {
  const base = few()
  base.overview.labs = base.overview.labs.map(change)
  const wishes: AlertWish[] = card?.reading?.gpus.length
    ? [
        { kind: 'process-ends', pid: 48_211, startedAtMs: training.startedAtMs ?? 0, name: 'train.py' },
        { kind: 'gpus-free', count: 2 },
      ]
    : []
  const alerts = wishes.map((wish, index) => ({
    id: `a${index}`,
    labId: 'l1',
    wish,
    toldClosed: wish.kind === 'process-ends' ? ('yes' as const) : ('not-seen' as const),
  }))
  return { ...base, cards: new Map(card ? [['l1', card]] : []), alerts }
}

const whole = (part: Partial<LabReading>, gpuMeans: readonly number[] = []): LabCard => ({
  reading: reading(part),
  minutes: minutes(gpuMeans),
  failure: null,
})

const solver = process(9_120, 'goudan', 'solver --mesh wing_12M.h5', {
  name: 'solver',
  cpuThreads: 46,
  residentBytes: 338 * gibibyte,
  startedAtMs: Date.now() - 37 * hourMs,
})
const noGpu: Partial<LabReading> = {
  gpus: [],
  cpu: { usePercent: 75, threads: 64, model: 'EPYC 7543' },
  memory: { usedBytes: 364 * gibibyte, totalBytes: 512 * gibibyte },
  disks: [{ mount: '/scratch', usedBytes: 4.6e12, totalBytes: 7.2e12, isHome: true }],
  load: { one: 49.1, five: 48.7, fifteen: 48.2 },
  processes: [
    solver,
    process(9_403, 'user2', 'python preprocess.py', {
      cpuThreads: 1.8,
      startedAtMs: Date.now() - 124 * minuteMs,
    }),
    process(9_777, 'root', 'rsync', {
      cpuThreads: 0.2,
      residentBytes: 90e6,
      startedAtMs: Date.now() - 6 * minuteMs,
    }),
  ],
}

/** The page of a lab box: with GPUs, without, with a driver that fails, and while it cannot be asked. */
export const labCardWorlds: Record<string, () => World> = {
  'lab-gpus': () => labWorld(whole({}, [93, 91, 42, 0])),
  'lab-one-gpu': () => labWorld(whole({ gpus: fourGpus().slice(2, 3) }, [42])),
  'lab-eight-gpus': () =>
    labWorld(
      whole(
        { gpus: [...fourGpus(), ...fourGpus()].map((one, index) => ({ ...one, index })) },
        [93, 91, 42, 0, 93, 91, 42, 0],
      ),
    ),
  'lab-no-gpu': () => labWorld(whole(noGpu)),
  'lab-driver': () =>
    labWorld(
      whole({
        gpus: [],
        gpuFault: {
          tool: 'nvidia-smi',
          said: 'Failed to initialize NVML: Driver/library version mismatch NVML library version: 535.183',
        },
      }),
    ),
  'lab-reading': () => labWorld({ ...whole({ atMs: Date.now() - 3 * hourMs }), minutes: [] }),
  'lab-away': () =>
    labWorld({ ...whole({ atMs: Date.now() - 7 * hourMs }), minutes: [] }, (box) => ({
      ...box,
      state: { state: 'offline', sinceMs: Date.now() - 7 * hourMs },
    })),
  'lab-rejected': () =>
    labWorld({
      reading: null,
      minutes: [],
      failure: {
        code: 'login-rejected',
        params: { host: '10.20.3.7', user: 'goudan', methods: 'publickey, password', tried: 'password' },
        message: 'All configured authentication methods failed',
        fixes: [{ action: 'enter-secret' }, { action: 'retry' }],
      },
    }),
  'lab-unseen': () =>
    labWorld(null, (box) => ({
      ...box,
      address: null,
      hasSecret: false,
      account: 'goudan',
      allowTargetInForce: null,
    })),
}
