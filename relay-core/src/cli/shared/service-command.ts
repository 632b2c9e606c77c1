import { rm } from 'node:fs/promises'
import type { InstallKind } from '../../api/words/install-kinds.ts'
import { chooseService, serviceOf, type Choice } from '../../service/choice/choose-service.ts'
import { readInstallation, removeInstallation, writeInstallation } from '../../service/installation.ts'
import { personsAccount } from '../../service/persons-account.ts'
import { installProgram, removeMovedAside, removeProgram } from '../../service/program-file.ts'
import type { Sandbox } from '../../service/sandbox.ts'
import { kindsOf, type Service, type ServiceSpec, type ServiceStatus } from '../../service/service.ts'
import { ExitError, exitCode } from './exit.ts'
import { usageError } from './flags.ts'
import { print, printJson } from './output.ts'

/** A program that can be a service, nps or npc. */
export interface Installable {
  readonly name: 'nps' | 'npc'
  readonly description: string
  /** Settings and state. */
  readonly folder: string
  /** Flags of the service's command line. */
  readonly args: readonly string[]
  readonly sandbox?: Sandbox
}

/**
 * Copies the program, and makes it a service: the wanted one, or the best that is possible. Does not start it.
 * The program goes to the usual folder for programs, or into `programFolder`.
 */
export async function install(
  what: Installable,
  wanted: string | undefined,
  programFolder?: string,
): Promise<Choice & { program: string }> {
  const choice = await choose(wanted)
  const before = await readInstallation(what.folder)
  const wasRunning = before !== undefined && (await statusOf(what, before)).state === 'running'
  const program = await installProgram(what.name, programFolder)
  const spec = specOf(what, program)
  if (before && before.kind !== choice.service.kind)
    await serviceOf(before.kind).uninstall(specOf(what, before.program))
  await choice.service.install(spec)
  await writeInstallation(what.folder, {
    kind: choice.service.kind,
    program,
    args: [...what.args],
    account: personsAccount(),
  })
  print(`${what.name} is installed as ${program}, ${choice.service.promise}.`)
  for (const { kind, why } of choice.notPossible) print(`  (not as ${kind}: ${why})`)
  if (wasRunning) {
    await choice.service.stop(spec)
    await choice.service.start(spec)
    print(`${what.name} was running and has been restarted.`)
  }
  return { ...choice, program }
}

/** Stops it and removes the service and the program; settings and state only with `purge`. */
export async function uninstall(what: Installable, { purge }: { purge: boolean }): Promise<number> {
  const { service, spec } = await installed(what)
  await service.uninstall(spec)
  await removeProgram(spec.program)
  await removeInstallation(what.folder)
  if (purge) await rm(what.folder, { recursive: true, force: true })
  print(
    purge
      ? `${what.name}, its settings and its state are removed.`
      : `${what.name} is removed. Its settings and state stay in ${what.folder} (-purge removes them too).`,
  )
  return exitCode.ok
}

/** `isReady` fulfils when the started program has proved that it works, or rejects with why not. */
export async function start(
  what: Installable,
  isReady: (service: Service) => Promise<string>,
): Promise<number> {
  const { service, spec } = await installed(what)
  await removeMovedAside(spec.program)
  await service.start(spec)
  print(await isReady(service))
  return exitCode.ok
}

export async function stop(what: Installable): Promise<number> {
  const { service, spec } = await installed(what)
  await service.stop(spec)
  print(`${what.name} is stopped.`)
  return exitCode.ok
}

export async function restart(
  what: Installable,
  isReady: (service: Service) => Promise<string>,
): Promise<number> {
  const { service, spec } = await installed(what)
  await service.stop(spec)
  return start(what, isReady)
}

/** What a running program says of itself. */
export interface Own {
  readonly text: string
  readonly values: Record<string, unknown>
  /** Of `status`, for what is not as it should be although the program runs; absent: all is well. */
  readonly exitCode?: number
}

/**
 * Asks the service manager, and the program itself through `more`; while no service runs, through `foreground` one that
 * somebody has started by hand.
 */
export async function status(
  what: Installable,
  {
    json,
    more,
    foreground,
  }: { json: boolean; more: () => Promise<Own>; foreground: () => Promise<Own | undefined> },
): Promise<number> {
  const installation = await readInstallation(what.folder)
  const own = installation ? undefined : await foreground()
  if (own) {
    if (json) printJson({ service: 'foreground', state: 'running', ...own.values })
    else print(`${what.name} runs in the foreground, as no service. ${own.text}`.trim())
    return own.exitCode ?? exitCode.ok
  }
  if (!installation) {
    if (json) printJson({ service: null, state: 'not-installed' })
    else print(`${what.name} is not installed. Install it with "${what.name} install".`)
    return exitCode.notRunning
  }
  const found = await statusOf(what, installation)
  const running = found.state === 'running' ? await more() : null
  if (json) printJson({ service: installation.kind, ...found, ...running?.values })
  else print([`${what.name} is ${describe(found)} (${installation.kind}).`, running?.text].join(' ').trim())
  return running ? (running.exitCode ?? exitCode.ok) : exitCode.notRunning
}

/** The state of the installed service, for those who wait for it. */
export async function installedStatus(what: Installable): Promise<ServiceStatus> {
  const { service, spec } = await installed(what)
  return service.status(spec)
}

async function installed(what: Installable): Promise<{ service: Service; spec: ServiceSpec }> {
  const installation = await readInstallation(what.folder)
  if (!installation) {
    throw new ExitError(
      exitCode.failed,
      `${what.name} is not installed as a service: "${what.name} install" makes it one. What runs in the foreground ends by Ctrl+C.`,
    )
  }
  return { service: serviceOf(installation.kind), spec: specOf(what, installation.program) }
}

function statusOf(
  what: Installable,
  { kind, program }: { kind: InstallKind; program: string },
): Promise<ServiceStatus> {
  return serviceOf(kind).status(specOf(what, program))
}

function specOf({ name, description, folder, args, sandbox }: Installable, program: string): ServiceSpec {
  return { name, description, folder, args, program, ...(sandbox && { sandbox }) }
}

async function choose(wanted: string | undefined): Promise<Choice> {
  if (wanted === undefined || wanted === 'auto') return chooseService()
  const kind = kindsOf().find((known) => known === wanted)
  if (!kind) throw usageError(`-service is one of auto, ${kindsOf().join(', ')}; not "${wanted}".`)
  const service = serviceOf(kind)
  const obstacle = await service.obstacle()
  if (obstacle !== null)
    throw new ExitError(exitCode.failed, `It cannot be installed as ${kind}: ${obstacle}.`)
  return { service, notPossible: [] }
}

function describe(status: ServiceStatus): string {
  switch (status.state) {
    case 'running':
      return `running, process ${status.pid}`
    case 'starting':
      return 'starting'
    case 'restarting':
      return `not running and will be started again: ${status.detail}`
    case 'failed':
      return `not running, it failed: ${status.detail}`
    case 'stopped':
      return 'stopped'
  }
}
