import { thisProcess } from '../../config/file/system-folders.ts'
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

/** SERVICE_START_PENDING (winsvc.h). */
const startPending = 2
/** SERVICE_RUNNING and the states on the way to it and from it (winsvc.h). */
const runningStates = [startPending, 3, 4, 5, 6, 7]

/** The service control manager, for administrators. nps gets an account of its own there, as on Linux. */
export const windowsService: Service = {
  kind: 'windows-service',
  promise: 'a Windows service: it starts with the machine',
  obstacle: async () =>
    keeperObstacle() ?? (thisProcess().isRoot ? null : 'it needs a window opened as administrator'),
  install: async (spec) => {
    await writeKeeper(spec)
    const { program, file } = keeperFiles(spec)
    const account = accountOf(spec)
    const command = [program, 'service', file].map(windowsWord).join(' ')
    await tellKeeper(spec, 'service-install', spec.name, spec.description, account ?? '-', command)
    if (account === null) return
    await letIn(account, spec).catch(async (error: unknown) => {
      // It could not read its settings.
      await tellKeeper(spec, 'service-remove', spec.name)
      throw error
    })
  },
  uninstall: async (spec) => {
    await tellKeeper(spec, 'service-remove', spec.name)
    await removeKeeper(spec)
  },
  start: (spec) => tellKeeper(spec, 'service-start', spec.name),
  stop: (spec) => tellKeeper(spec, 'service-stop', spec.name),
  status: async (spec) => {
    const { exitCode, problem } = await askKeeper(spec, 'service-state', spec.name)
    if (exitCode === null || exitCode > 7)
      throw new Error(`Windows does not tell the state of ${spec.name}: ${problem}`)
    if (exitCode === startPending) return { state: 'starting' }
    return keptStatus(spec, runningStates.includes(exitCode))
  },
}

/** A virtual account, which the system makes for each service; null: LocalSystem. */
function accountOf({ name, sandbox }: ServiceSpec): string | null {
  return sandbox?.ownAccount ? `NT SERVICE\\${name}` : null
}

/** Its folders are closed to others. */
async function letIn(account: string, { name, folder }: ServiceSpec): Promise<void> {
  const { exitCode, problem } = await runTool(windowsTool('icacls'), [
    folder,
    '/grant',
    `${account}:(OI)(CI)M`,
    '/t',
    '/q',
  ])
  if (exitCode !== 0) throw new Error(`${folder} cannot be given to the service ${name}: ${problem}`)
}
