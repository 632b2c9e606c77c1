import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { joinGroups, makeControlGroups } from './control-groups.ts'
import { arm64Command, arm64Options, inNetwork, isEmulated } from './emulation.ts'
import { readyLine } from './ready-unit.ts'
import type { BedNetwork, MachineName } from '../network/network.ts'

/** How a machine's run ended. */
export type MachineEnd = 'reboot' | 'off' | 'killed'

/** One run of a machine, from power on until it is off or reboots. */
export interface MachineRun {
  /** Process id, on this computer, of the machine's first process; it is there from `ready` to `ended`. */
  leaderPid(): Promise<number>
  /** Ends every process of the machine at once. */
  kill(): Promise<void>
  /** Fulfils when the boot is over: sshd listens, and every service that starts by itself has. */
  readonly ready: Promise<void>
  readonly ended: Promise<MachineEnd>
  /** The last lines of the console. */
  console(): string
}

/** How long a boot may take; on an idle computer it is half a second, and by qemu 5 s. */
const bootTimeoutMs = (name: MachineName): number => (isEmulated(name) ? 180_000 : 60_000)
const consoleTailChars = 16_000
/** What systemd-nspawn --keep-unit ends with when the machine asked for a reboot (exit_codes in its manual page). */
const rebootExitCode = 133

/** Boots the machine whose `/` is `root`, in the network namespace that the network has attached. */
export async function startRun(name: MachineName, root: string, network: BedNetwork): Promise<MachineRun> {
  const fullName = network.namespace(name)
  const groups = await makeControlGroups(fullName)
  const emulated = isEmulated(name)
  const child = spawn(
    'sh',
    [
      ...joinGroups(groups),
      'setpriv',
      '--pdeathsig',
      'KILL',
      ...(emulated ? inNetwork(fullName) : []),
      'systemd-nspawn',
      '--quiet',
      `--directory=${root}`,
      `--machine=${fullName}`,
      '--capability=CAP_NET_ADMIN',
      '--register=no',
      '--keep-unit',
      '--settings=no',
      '--link-journal=no',
      '--console=read-only',
      '--resolv-conf=off',
      '--timezone=off',
      `--hostname=${name}`,
      ...(emulated
        ? [...arm64Options, ...arm64Command(['/sbin/init'])]
        : [`--network-namespace-path=/run/netns/${fullName}`, '--boot']),
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let tail = ''
  const ready = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<MachineEnd>()
  const fail = (why: string) =>
    ready.reject(new Error(`Machine "${name}" ${why}. The end of its console:\n${tail}`))
  const limitMs = bootTimeoutMs(name)
  const deadline = setTimeout(() => fail(`was not up after ${limitMs} ms`), limitMs)
  const read = (text: string) => {
    tail = (tail + text).slice(-consoleTailChars)
    if (tail.includes(`\n${readyLine}`)) ready.resolve()
  }
  child.stdout.setEncoding('utf8').on('data', read)
  child.stderr.setEncoding('utf8').on('data', read)
  child.once('error', (error) => fail(`cannot be started: ${error.message}`))
  child.once('close', (code) => {
    fail(`stopped during its boot (exit code ${code})`)
    if (code === rebootExitCode) ended.resolve('reboot')
    else ended.resolve(code === 0 ? 'off' : 'killed')
  })
  const settled = () => clearTimeout(deadline)
  ready.promise.then(settled, settled)
  const leaderPid = async () => {
    const children = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8')
    return Number(children.split(' ')[0])
  }
  const kill = async () => {
    const leader = await leaderPid()
    if (leader > 0) process.kill(leader, 'SIGKILL')
    else child.kill('SIGKILL')
  }
  return { leaderPid, kill, ready: ready.promise, ended: ended.promise, console: () => tail }
}
