import { existsSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { homedir, userInfo } from 'node:os'
import { join } from 'node:path'
import { poll } from '../async/wait/poll.ts'
import { ensureAccount, handOver, removeAccount } from './account.ts'
import type { Sandbox } from './sandbox.ts'
import { runTool, type ToolResult } from './run-tool.ts'
import type { Service, ServiceSpec, ServiceStatus } from './service.ts'
import { unitText } from './systemd-unit.ts'

/** The system's service manager, for root. */
export const systemd: Service = {
  kind: 'systemd',
  promise: 'a systemd service: it starts with the machine',
  obstacle: async () => {
    if (process.getuid?.() !== 0) return 'it needs root'
    return existsSync('/run/systemd/system') ? null : 'this machine does not run systemd'
  },
  ...methods({
    unitFolder: '/etc/systemd/system',
    wantedBy: 'multi-user.target',
    kind: 'systemd',
    control: (args) => runTool('systemctl', args),
  }),
}

/** The user's service manager with lingering: it runs from boot on, without a login. */
export const systemdUser: Service = {
  kind: 'systemd-user',
  promise: 'a systemd service of your user: it starts with the machine and stays when you log out',
  obstacle: async () => {
    if (process.getuid?.() === 0) return 'it is for users other than root'
    if (!existsSync('/run/systemd/system')) return 'this machine does not run systemd'
    const linger = await enableLinger()
    if (linger !== null) return linger
    return waitForUserManager()
  },
  ...methods({
    unitFolder: join(homedir(), '.config/systemd/user'),
    wantedBy: 'default.target',
    kind: 'systemd-user',
    control: userControl,
  }),
}

interface Flavour {
  unitFolder: string
  wantedBy: string
  kind: 'systemd' | 'systemd-user'
  control: (args: readonly string[]) => Promise<ToolResult>
}

function methods({
  unitFolder,
  wantedBy,
  kind,
  control,
}: Flavour): Omit<Service, 'kind' | 'promise' | 'obstacle'> {
  const unitFile = ({ name }: ServiceSpec) => join(unitFolder, `${name}.service`)
  const must = async (args: readonly string[]) => {
    const { exitCode, problem } = await control(args)
    if (exitCode !== 0) throw new Error(`systemctl ${args.join(' ')} failed: ${problem}`)
  }
  return {
    install: async (spec) => {
      await mkdir(unitFolder, { recursive: true })
      const account = kind === 'systemd' ? await settleAccount(spec) : null
      await writeFile(unitFile(spec), unitText(spec, { wantedBy, kind, account }), { mode: 0o644 })
      await must(['daemon-reload'])
      await must(['enable', `${spec.name}.service`])
    },
    uninstall: async (spec) => {
      if (!existsSync(unitFile(spec))) return
      await control(['disable', '--now', `${spec.name}.service`])
      await rm(unitFile(spec), { force: true })
      await must(['daemon-reload'])
      await control(['reset-failed', `${spec.name}.service`])
      if (kind === 'systemd' && spec.sandbox?.ownAccount) await giveBack(spec.sandbox)
    },
    start: ({ name }) => must(['start', `${name}.service`]),
    stop: ({ name }) => must(['stop', `${name}.service`]),
    status: async ({ name }) => {
      const { exitCode, stdout, problem } = await control([
        'show',
        `${name}.service`,
        '--property=ActiveState,SubState,MainPID,Result,ExecMainStatus',
      ])
      if (exitCode !== 0) throw new Error(`systemd does not tell the state of ${name}: ${problem}`)
      return statusOf(stdout)
    },
  }
}

/** The account that the service runs under and that owns its folders from now on; null: it runs as root. */
async function settleAccount({ folder, sandbox }: ServiceSpec): Promise<string | null> {
  if (!sandbox?.ownAccount) return null
  const account = await ensureAccount(folder)
  handOver(ownFiles(sandbox), account)
  return account.name
}

/** Undoes it: no file may belong to a uid that the next account could get. */
async function giveBack(sandbox: Sandbox): Promise<void> {
  handOver(ownFiles(sandbox), { uid: 0, gid: 0 })
  await removeAccount()
}

function ownFiles({ writable, logFile }: Sandbox): string[] {
  return logFile === null ? [...writable] : [...writable, logFile]
}

/** `systemctl show` → our words. */
export function statusOf(shown: string): ServiceStatus {
  const values = new Map(shown.split('\n').map((line) => line.split('=', 2) as [string, string]))
  const detail = `${values.get('Result')}, exit status ${values.get('ExecMainStatus')}`
  if (values.get('ActiveState') === 'active') return { state: 'running', pid: Number(values.get('MainPID')) }
  if (values.get('ActiveState') === 'activating') return { state: 'restarting', detail }
  return values.get('ActiveState') === 'failed' ? { state: 'failed', detail } : { state: 'stopped' }
}

/** Over plain ssh there may be no XDG_RUNTIME_DIR; its path is fixed by systemd. */
function userControl(args: readonly string[]): Promise<ToolResult> {
  const runtime = `/run/user/${process.getuid?.()}`
  return runTool('systemctl', ['--user', ...args], {
    environment: { XDG_RUNTIME_DIR: runtime, DBUS_SESSION_BUS_ADDRESS: `unix:path=${runtime}/bus` },
  })
}

/** Null when the user's services live without a login, else why they do not. */
async function enableLinger(): Promise<string | null> {
  const file = join('/var/lib/systemd/linger', userInfo().username)
  if (existsSync(file)) return null
  const { exitCode, problem } = await runTool('loginctl', ['enable-linger', userInfo().username])
  if (exitCode === 0 && existsSync(file)) return null
  return `it would end when you log out, as this user may not linger (${problem || 'loginctl refused'})`
}

const managerTimeoutMs = 10_000
const managerRetryMs = 200

/** Lingering starts the user's manager; it answers a moment later. */
async function waitForUserManager(): Promise<string | null> {
  let problem = ''
  const look = async () => {
    const answer = await userControl(['show-environment'])
    problem = answer.problem
    return answer.exitCode === 0 ? null : undefined
  }
  return poll(look, {
    intervalMs: managerRetryMs,
    timeoutMs: managerTimeoutMs,
    onTimeout: () => new Error(`the user's systemd does not answer (${problem})`),
  }).catch((late: Error) => late.message)
}
