import { existsSync, readFileSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { poll } from '../../async/wait/poll.ts'
import { launchdErrorFile, launchdPlist } from './launchd-plist.ts'
import { runTool } from '../run-tool.ts'
import type { Service, ServiceSpec, ServiceStatus } from '../service.ts'

/** The service manager of macOS, for root. */
export const launchd: Service = {
  kind: 'launchd',
  promise: 'a launchd daemon: it starts with the machine',
  obstacle: async () => (process.getuid?.() === 0 ? null : 'it needs root'),
  ...methods({ kind: 'launchd', folder: '/Library/LaunchDaemons', domain: () => 'system' }),
}

/** The same for a user: it runs as long as the user is logged in at the screen. */
export const launchdAgent: Service = {
  kind: 'launchd-agent',
  promise:
    'a launchd agent of your user: it starts when you log in, and ends when you log out. With sudo you can make it a daemon that starts with the machine',
  obstacle: async () => {
    if (process.getuid?.() === 0) return 'it is for users other than root'
    const { exitCode } = await runTool('launchctl', ['print', userDomain()])
    return exitCode === 0 ? null : 'this user is not logged in at the screen'
  },
  ...methods({
    kind: 'launchd-agent',
    folder: join(homedir(), 'Library/LaunchAgents'),
    domain: userDomain,
  }),
}

function userDomain(): string {
  return `gui/${process.getuid?.()}`
}

interface Flavour {
  kind: 'launchd' | 'launchd-agent'
  folder: string
  domain: () => string
}

const stopTimeoutMs = 15_000
/** By published reports of macOS 26, launchd keeps the label of what it has ended for up to five seconds, and refuses to load it again until then. */
const loadTimeoutMs = 10_000
/** What launchctl answers then: "5: Input/output error" or "37: Operation already in progress". */
const alreadyInProgress = 37
const notYet = [5, alreadyInProgress]

function methods({ kind, folder, domain }: Flavour): Omit<Service, 'kind' | 'promise' | 'obstacle'> {
  const labelOf = ({ name }: ServiceSpec) => `nps-desktop.${name}`
  const plistOf = (spec: ServiceSpec) => join(folder, `${labelOf(spec)}.plist`)
  const targetOf = (spec: ServiceSpec) => `${domain()}/${labelOf(spec)}`
  const failed = (args: readonly string[], problem: string) =>
    new Error(`launchctl ${args.join(' ')} failed: ${problem}`)
  const shown = (spec: ServiceSpec) => runTool('launchctl', ['print', targetOf(spec)])
  const stop = async (spec: ServiceSpec) => {
    if ((await shown(spec)).exitCode !== 0) return
    await runTool('launchctl', ['bootout', targetOf(spec)])
    // It is gone some time after the answer, and cannot be loaded again before.
    await poll(async () => ((await shown(spec)).exitCode === 0 ? undefined : true), {
      intervalMs: 100,
      timeoutMs: stopTimeoutMs,
      onTimeout: () => new Error(`launchd does not end ${spec.name}.`),
    })
    await rm(launchdErrorFile(spec), { force: true })
  }
  const load = async (spec: ServiceSpec) => {
    const args = ['bootstrap', domain(), plistOf(spec)]
    let lastProblem = ''
    await poll(
      async () => {
        const { exitCode, problem } = await runTool('launchctl', args)
        if (exitCode === 0) return true
        lastProblem = problem
        if (exitCode === null || !notYet.includes(exitCode)) throw failed(args, problem)
        // launchctl gives the same answer for a service that is loaded already.
        return (await shown(spec)).exitCode === 0 || undefined
      },
      { intervalMs: 500, timeoutMs: loadTimeoutMs, onTimeout: () => failed(args, lastProblem) },
    )
  }
  return {
    install: async (spec) => {
      await mkdir(folder, { recursive: true })
      await writeFile(plistOf(spec), launchdPlist(spec, { label: labelOf(spec), kind }), { mode: 0o644 })
      // Whoever has disabled it once wants it now.
      const args = ['enable', targetOf(spec)]
      const { exitCode, problem } = await runTool('launchctl', args)
      if (exitCode !== 0) throw failed(args, problem)
    },
    uninstall: async (spec) => {
      await stop(spec)
      await rm(plistOf(spec), { force: true })
    },
    start: async (spec) => {
      // What has ended by itself still is loaded.
      if ((await shown(spec)).exitCode !== 0) await load(spec)
      // Now and then launchd loads a service and does not start it, whatever RunAtLoad says. One that runs is left alone.
      const args = ['kickstart', targetOf(spec)]
      const { exitCode, problem } = await runTool('launchctl', args)
      if (exitCode !== 0 && exitCode !== alreadyInProgress) throw failed(args, problem)
    },
    stop,
    status: async (spec) => {
      const { exitCode, stdout } = await shown(spec)
      const file = launchdErrorFile(spec)
      const lastError = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').at(-1) : undefined
      return exitCode === 0 ? launchdStatus(stdout, lastError ?? '') : { state: 'stopped' }
    },
  }
}

/**
 * `launchctl print` of a service that is loaded → our words. Indented parts of it have states of their own. Of how the program ended last,
 * launchd tells one of three: the exit code, the signal, or a reason of its own where the program was not even begun.
 */
export function launchdStatus(shown: string, lastError: string): ServiceStatus {
  const value = (key: string) => new RegExp(`^\\t?${key} = (.*)$`, 'm').exec(shown)?.[1]?.trim() ?? ''
  const pid = Number(value('pid'))
  if (value('state') === 'running' && pid > 0) return { state: 'running', pid }
  const code = value('last exit code')
  const signal = value('last terminating signal')
  const reason = value('last exit reason')
  if (code === '(never exited)' && !signal && !reason) return { state: 'starting' }
  const detail = lastError || reason || (signal ? `signal ${signal}` : `exit status ${code}`)
  // It has ended for good: the program says so by 0.
  if (value('state') === 'not running' && code === '0') return { state: 'failed', detail }
  return { state: 'restarting', detail }
}
