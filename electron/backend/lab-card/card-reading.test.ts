import { describe, expect, it } from 'vitest'
import { a100Processes, fourA100 } from '../../testing/gpu-tools.ts'
import { CardMinutes } from './card-minutes.ts'
import { type CardReading, readCard } from './card-reading.ts'
import { processName } from './process-name.ts'
import { readDuration, readEnds, readProcesses } from './told-processes.ts'

const atMs = 1_800_000_000_000
const gibibyte = 1024 ** 3

const linux = ({ idle = 'm nvidia\n', cpu = '04:18:00', busy = 34_000 } = {}): string => `
m who
goudan
Linux
64
m stat
cpu  0 0 0 0 0 0 0 0 0 0
${idle}
m processes
48211 goudan                           Rl      04:18:00 ${cpu}  99.5 22450000 python -u train.py --epochs 90
39020 user2                            Sl    2-03:04:05 10:00:00  12.0 8000000 /opt/conda/bin/python -m vllm.entrypoints.openai.api_server --model Qwen/Qwen2.5-7B-Instruct
51007 user3                            Sl         10:00 00:05:00  50.0 3000000 python
 9999 goudan                           Z          00:10 00:00:00   0.0     0 [python] <defunct>
m ended
9999 (python) Z 1 9999 9999 0 -1 4227084 0 0 0 0 0 0 0 0 20 0 1 0 1000 0 0 18446744073709551615 0 0 0 0 0 0 0 0 0 0 0 0 17 3 0 0 0 0 0 0 0 0 0 0 0 0 256
m memory
MemTotal:       536870912 kB
MemFree:        1000000 kB
MemAvailable:   314572800 kB
Buffers:         100 kB
Cached:          200 kB
m load
22.40 21.20 19.80 30/2048 12345
m uptime
1051200.25 6000000.00
m model
model name	: AMD EPYC 7543 32-Core Processor
m disks
Filesystem     1024-blocks       Used Available Capacity Mounted on
udev             100000000          0 100000000       0% /dev
tmpfs             52428800       2000  52426800       1% /run
/dev/nvme0n1p2   468750000   95703125 353515625      22% /
/dev/nvme0n1p1      523248       6220    517028       2% /boot/efi
/dev/md0        3515625000 2841796875 673828125      81% /home
nas.lab:/export/data sets 7031250000 4492187500 2539062500 64% /mnt/data sets
/dev/loop3           64000      64000         0     100% /snap/core20/1
m home
/dev/md0        3515625000 2841796875 673828125      81% /home
m users
goudan
user2
m darwin
m stat2
cpu  ${busy} 0 0 ${100_000 - busy} 0 0 0 0 0 0
`
const gpus = `m nvidia\n0\n${fourA100}\nm nvidia-processes\n${a100Processes}`
const read = (text: string, at = atMs, before: CardReading | null = null) =>
  readCard(text, { mark: 'm', atMs: at, before })

describe('what a lab box says of itself', () => {
  it('is read from /proc, ps and df', () => {
    const { reading, exitCodes } = read(linux())
    expect(reading).toMatchObject({
      gpus: [],
      gpuFault: null,
      cpu: { usePercent: 34, threads: 64, model: 'EPYC 7543' },
      memory: { totalBytes: 512 * gibibyte, usedBytes: 212 * gibibyte },
      load: { one: 22.4, five: 21.2, fifteen: 19.8 },
      users: ['goudan', 'user2'],
      upSinceMs: atMs - 1_051_200_250,
    })
    expect(reading.disks.map(({ mount, isHome }) => [mount, isHome])).toEqual([
      ['/', false],
      ['/home', true],
    ])
    expect(reading.disks[1]?.usedBytes).toBe(2_841_796_875 * 1024)
    expect(reading.processes.map(({ name, isYours, cpuThreads }) => [name, isYours, cpuThreads])).toEqual([
      ['train.py', true, 0.995],
      ['python', false, 0.5],
      ['vllm', false, 0.12],
    ])
    expect(reading.processes[0]?.startedAtMs).toBe(atMs - (4 * 60 + 18) * 60_000)
    expect([...exitCodes]).toEqual([[9999, 1]])
  })

  it('says whose process is on which GPU', () => {
    const { reading } = read(linux({ idle: gpus }))
    expect(
      reading.gpus.map(({ processes }) => processes.map(({ user, isYours, name }) => [user, isYours, name])),
    ).toEqual([
      [['goudan', true, 'train.py']],
      [['goudan', true, 'train.py']],
      [
        ['user2', false, 'vllm'],
        ['user3', false, 'python'],
      ],
      [],
    ])
    expect(reading.processes[0]?.gpus).toEqual([0, 1])
  })

  it('counts what was done between two looks, and rest from the first look on', () => {
    const first = read(linux({ idle: gpus }))
    const second = read(linux({ idle: gpus, cpu: '04:18:46', busy: 70_000 }), atMs + 10_000, first)
    expect(second.reading.processes[0]?.cpuThreads).toBeCloseTo(4.6)
    expect(second.reading.gpus[3]?.restingSinceMs).toBe(atMs)
    expect(second.reading.gpus[0]?.restingSinceMs).toBeNull()
    // nobody looked for a while: it may have worked
    const later = read(linux({ idle: gpus }), atMs + 900_000, second)
    expect(later.reading.gpus[3]?.restingSinceMs).toBe(atMs + 900_000)
  })

  it('is read from sysctl and vm_stat on a Mac', () => {
    const text = `
m who
goudan
Darwin
10
m processes
  501 goudan S    01-00:00:05 0:12.50 250.0 1048576 /Applications/Python.app/Contents/MacOS/Python train.py
m disks
Filesystem   1024-blocks      Used Available Capacity Mounted on
/dev/disk3s1s1 482797652  10000000 200000000     5% /
devfs                200       200         0   100% /dev
/dev/disk3s5   482797652 250000000 200000000    56% /System/Volumes/Data
m home
/dev/disk3s5   482797652 250000000 200000000    56% /System/Volumes/Data
m darwin
hw.memsize: 34359738368
vm.loadavg: { 3.10 2.50 2.00 }
kern.boottime: { sec = ${atMs / 1000 - 7200}, usec = 0 } Sun Nov  1 10:00:00 2026
machdep.cpu.brand_string: Apple M2 Pro
Mach Virtual Memory Statistics: (page size of 16384 bytes)
Pages free:                               100000.
Pages inactive:                           200000.
Pages speculative:                         10000.
`
    const { reading } = read(text)
    expect(reading).toMatchObject({
      cpu: { usePercent: 25, threads: 10, model: 'Apple M2 Pro' },
      memory: { totalBytes: 34_359_738_368, usedBytes: 34_359_738_368 - 310_000 * 16_384 },
      load: { one: 3.1, five: 2.5, fifteen: 2 },
      upSinceMs: atMs - 7_200_000,
      processes: [{ name: 'Python', isYours: true }],
    })
    expect(reading.disks.map(({ mount }) => mount)).toEqual(['/', '/System/Volumes/Data'])
  })

  it('has eight disks at most, by mount point: the one with the home folder and the fullest, and none twice', () => {
    const rows = [
      'overlay 100000000 60000000 40000000 60% /',
      '/dev/sda1 100000000 60000000 40000000 60% /etc/hosts',
      'tmpfs 90000000 80000000 10000000 90% /dev/shm',
      'overlay 100000000 60000000 40000000 60% /var/lib/docker/overlay2/1/merged',
      '/dev/sdb 100000000 1000 99999000 1% /home',
      ...Array.from({ length: 9 }, (_, at) => `/dev/sd${at}x 9000000 ${at}000000 ${9 - at}000000 1% /d${at}`),
      '/dev/sd8x 9000000 8000000 1000000 1% /again',
    ]
    const { reading } = read(
      `m disks\nFilesystem\n${rows.join('\n')}\nm home\n/dev/sdb 100000000 1000 99999000 1% /home`,
    )
    expect(reading.disks.map(({ mount }) => mount)).toEqual([
      '/',
      '/d3',
      '/d4',
      '/d5',
      '/d6',
      '/d7',
      '/d8',
      '/home',
    ])
  })

  it('is compared with what was ten seconds ago, however often it is read', () => {
    const first = read(linux({ cpu: '04:18:00' }))
    const second = read(linux({ cpu: '04:18:04' }), atMs + 5_000, first)
    const third = read(linux({ cpu: '04:18:10' }), atMs + 10_000, second)
    const fourth = read(linux({ cpu: '04:18:15' }), atMs + 15_000, third)
    expect([second, third, fourth].map(({ reading }) => reading.processes[0]?.cpuThreads.toFixed(2))).toEqual(
      ['0.80', '1.00', '1.10'],
    )
    // and the list of what it is compared with does not grow
    expect(fourth.cpuTimes).toHaveLength(3)
  })

  it('has the hour of each disk', () => {
    const minutes = new CardMinutes()
    minutes.add(read(linux()).reading)
    expect(minutes.list()[0]?.disks).toEqual({
      '/': expect.closeTo(21.3, 1),
      '/home': expect.closeTo(80.8, 1),
    })
  })

  it('of a container it is what it has of its own, not the files that it is lent of its host', () => {
    const df = (line: string) => `/dev/nvme0n1p2 468750000 440703125 28046875 94% ${line}\n`
    const lent = [
      '/etc/hosts',
      '/usr/bin/nvidia-smi',
      '/usr/lib/x86_64-linux-gnu/libcuda.so',
      '/run/host/os-release',
    ]
    for (const path of lent) {
      const text = `m disks\nFilesystem 1024-blocks Used Available Capacity Mounted on\noverlay 52428800 2428800 50000000 5% /\n${df(path)}/dev/sdb1 62428800 2428800 60000000 4% /usr/local\n`
      expect(read(text).reading.disks.map(({ mount }) => mount)).toEqual(['/', '/usr/local'])
    }
  })

  it('is nothing where it answers nothing', () => {
    expect(read('').reading).toMatchObject({ cpu: null, memory: null, load: null, disks: [], processes: [] })
  })
})

describe('a line of ps', () => {
  it('may come from busybox', () => {
    const [one] = readProcesses(['  321 root     S    1-02:03:04 0:01 0 13m /usr/sbin/sshd -D'])
    expect(one).toMatchObject({ pid: 321, residentBytes: 13 * 1024 * 1024, ageMs: 93_784_000, cpuMs: 1_000 })
  })

  it('is no place for a made-up one: control characters are spaces, and its words are no markup', () => {
    const [one] = readProcesses(['1 root S 00:01 00:00 0.0 5 <b>\u0007x\u001b[31m</b>'])
    expect(one?.command).toBe('<b> x [31m</b>')
    expect(readProcesses(['m processes', 'pid user', ''])).toEqual([])
  })

  it('counts time as POSIX writes it', () => {
    expect(['05', '1:05', '1:02:05', '2-01:02:05', '0:12.50', 'x'].map(readDuration)).toEqual([
      null,
      65_000,
      3_725_000,
      176_525_000,
      12_500,
      null,
    ])
  })

  it('tells how an ended process ended', () => {
    const zeros = Array.from({ length: 48 }, () => '0').join(' ')
    expect(readEnds([`7 (a) b) Z ${zeros} 9`])).toEqual(new Map([[7, 137]]))
    expect(readEnds([`8 (x) R ${zeros} 0`, 'nonsense', ''])).toEqual(new Map())
  })
})

it.each([
  ['python -u train.py --epochs 90', 'train.py'],
  ['/opt/conda/bin/python3.11 -m vllm.entrypoints.openai.api_server', 'vllm'],
  ['python -c import_something', 'python'],
  ['/usr/sbin/sshd -D', 'sshd'],
  ['sshd: goudan@pts/0', 'sshd'],
  ['java -Xmx4g -jar /opt/app.jar', 'app.jar'],
  ['', '?'],
])('a person calls %j %s', (command, name) => {
  expect(processName(command)).toBe(name)
})

describe('a laptop whose clock is set back', () => {
  const hourMs = 3_600_000
  const idle = `m nvidia\n0\n0, GPU-a, NVIDIA A100, 0, 4, 81920, 30`

  it('sees a GPU rest from then on', () => {
    const before = read(idle)
    const after = read(idle, atMs - 8 * hourMs, before)
    expect(after.reading.gpus[0]?.restingSinceMs).toBe(atMs - 8 * hourMs)
  })

  it('draws the hour that it is', () => {
    const minutes = new CardMinutes()
    for (let minute = 0; minute < 10; minute++) minutes.add(read(idle, atMs + minute * 60_000).reading)
    for (let minute = 0; minute < 70; minute++)
      minutes.add(read(idle, atMs - 8 * hourMs + minute * 60_000).reading)
    const drawn = minutes.list().map((one) => one.atMs)
    expect(drawn).toHaveLength(60)
    expect(drawn).toEqual(drawn.toSorted((a, b) => a - b))
  })
})
