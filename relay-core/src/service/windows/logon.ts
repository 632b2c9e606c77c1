import { poll } from '../../async/wait/poll.ts'
import { windowsTool } from '../../files/windows-tool.ts'
import {
  askKeeper,
  keeperFiles,
  keeperObstacle,
  keptStatus,
  removeKeeper,
  tellKeeper,
  windowsWord,
  writeKeeper,
} from './keeper.ts'
import { runTool } from '../run-tool.ts'
import type { Service, ServiceSpec } from '../service.ts'

const runKey = String.raw`HKCU\Software\Microsoft\Windows\CurrentVersion\Run`
/** https://learn.microsoft.com/windows/win32/setupapi/run-and-runonce-registry-keys */
const maxEntryLength = 260

/** An entry of the user's own, which needs no administrator. */
export const logon: Service = {
  kind: 'logon',
  promise:
    'a logon entry of your Windows user: it starts when you log on, and ends when you log off. As an administrator you can make it a service that starts with the machine',
  obstacle: async () => keeperObstacle(),
  install: async (spec) => {
    const command = logonCommand(spec)
    if (command.length > maxEntryLength)
      throw new Error(`Windows starts no line of ${command.length} characters at logon: ${command}`)
    await writeKeeper(spec)
    await mustReg('add', runKey, '/v', entryOf(spec), '/t', 'REG_SZ', '/d', command, '/f')
  },
  uninstall: async (spec) => {
    await stop(spec)
    // What is not there need not be deleted.
    const { exitCode } = await runTool(windowsTool('reg'), ['query', runKey, '/v', entryOf(spec)])
    if (exitCode === 0) await mustReg('delete', runKey, '/v', entryOf(spec), '/f')
    await removeKeeper(spec)
  },
  start: async (spec) => {
    await tellKeeper(spec, 'start', keeperFiles(spec).file)
    await poll(async () => (await isKept(spec)) || undefined, {
      intervalMs: 100,
      timeoutMs: 5_000,
      onTimeout: () => new Error(`${keeperFiles(spec).program} did not start.`),
    })
  },
  stop,
  status: async (spec) => keptStatus(spec, await isKept(spec)),
}

export function logonCommand(spec: ServiceSpec): string {
  const { program, file } = keeperFiles(spec)
  return [program, 'run', file].map(windowsWord).join(' ')
}

function stop(spec: ServiceSpec): Promise<void> {
  return tellKeeper(spec, 'stop', keeperFiles(spec).file)
}

async function isKept(spec: ServiceSpec): Promise<boolean> {
  const { exitCode, problem } = await askKeeper(spec, 'state', keeperFiles(spec).file)
  if (exitCode !== 0 && exitCode !== 1) throw new Error(problem)
  return exitCode === 0
}

async function mustReg(...words: string[]): Promise<void> {
  const { exitCode, problem } = await runTool(windowsTool('reg'), words)
  if (exitCode !== 0) throw new Error(`reg ${words.slice(0, 2).join(' ')} failed: ${problem}`)
}

function entryOf({ name }: ServiceSpec): string {
  return `NPS Desktop ${name}`
}
