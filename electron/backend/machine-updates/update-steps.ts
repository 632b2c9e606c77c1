import { labPlatform } from '@nps-desktop/electron/contract'
import { AppError } from '../failures/app-error.ts'
import { checkMachine, choosePlace, diskFull } from '../provisioning/install/check-machine.ts'
import { type InstalledProgram, serviceFailed, versionOf } from '../provisioning/install/installed-program.ts'
import { findProgram, unpackable } from '../provisioning/install/program-files.ts'
import { endUpload, need, programPath, uploadSteps } from '../provisioning/install/upload-steps.ts'
import { connectStep, identityStep } from '../provisioning/jobs/sign-in-steps.ts'
import type { StepDefinition } from '../provisioning/jobs/step-definition.ts'
import { Swap } from './swap.ts'
import { type SwapState, swapStates } from './swap-script.ts'
import type { UpdateContext } from './update-context.ts'

/** The program's own deadline for being ready is 45 s. */
const startedWithinMs = 60_000
/** An agent waits at most 20 s between two attempts. */
const onlineWithinMs = 30_000
/** The machine decides alone after 75 s; then the old program starts. */
const endedWithinMs = 150_000
const wordTimeoutMs = 10_000
/** Together with the wait for being online less than the machine waits. */
const wordWithinMs = 40_000
const endStates = swapStates.filter((state) => state !== 'started')

/** Replacing a program, in order. Until the last step nothing has changed on the machine. */
export function updateSteps(program: UpdateContext['program']): StepDefinition<UpdateContext>[] {
  return [connectStep, identityStep, systemStep, ...uploadSteps(program), switchStep]
}

const systemStep: StepDefinition<UpdateContext> = {
  id: 'system',
  async run({ program, machine, programFolders, found }, { signal, fact }) {
    const there = await machine(signal)
    const { host, identity } = there
    const facts = await there.facts({ signal })
    const target = checkMachine(host, facts, labPlatform.options)
    const file = await findProgram(programFolders, { program, ...target, accepts: unpackable(facts) })
    const { place, neededBytes } = choosePlace(host, facts, file, {
      installsUnder: identity.as === 'root' ? '/usr' : 'home',
    })
    fact('disk-free', { path: place.mount, freeBytes: place.freeBytes, neededBytes })
    found.upload = { file, place }
    found.installed = await there.findInstalled(program, { signal })
    if (!found.installed) throw serviceFailed(host, program, 'update', 'NPS Desktop has installed none there')
    fact(program === 'nps' ? 'relay-found' : 'agent-found', { ...versionOf(found.installed) })
    return 'done'
  },
}

/** The new program runs, and is kept once it is online; otherwise the old one is put back. */
const switchStep: StepDefinition<UpdateContext> = {
  id: 'switch',
  againFrom: 'upload',
  async run(context, { signal }) {
    const { program, machine, workplace, clock, found } = context
    if (found.uploadedPath === null) return 'skipped'
    const there = await machine(signal)
    const installed = need(found.installed, 'the installation')
    const uploaded = programPath(found)
    const version = await there.tryProgram(program, uploaded, { signal })
    const untilOnline = await context.watchReturn(signal)
    const swap = await Swap.begin(workplace, { program, installed, uploaded }, { clock, signal })
    const end = await decide(swap, (options) => untilOnline(version, options), signal)
    if (end === 'failed')
      throw notSwapped(there.host, program, {
        installed,
        neededBytes: need(found.upload, 'the upload').file.rawBytes,
        said: swap.said,
      })
    if (end === 'stuck') throw serviceFailed(there.host, program, 'restart', swap.said)
    if (end !== 'kept') throw undone(there.host, program, { version, installed, said: swap.said })
    await endUpload(context, { signal })
    return 'done'
  },
}

/** How it ends; null where the machine could not be asked. Called off, the old program is put back. */
async function decide(
  swap: Swap,
  untilOnline: (options: { signal: AbortSignal }) => Promise<void>,
  signal: AbortSignal,
): Promise<SwapState | null> {
  try {
    const begun = await swap.until(swapStates, startedWithinMs, signal)
    if (begun === null || begun === 'started') {
      const inTime = AbortSignal.any([signal, AbortSignal.timeout(onlineWithinMs)])
      const isOnline = await untilOnline({ signal: inTime }).then(
        () => true,
        () => false,
      )
      signal.throwIfAborted()
      await swap.decide(isOnline ? 'keep' : 'back', wordWithinMs, signal)
    }
    const end = await swap.until(endStates, endedWithinMs, signal)
    await swap.forget(signal)
    return end
  } catch (error) {
    // without a word the machine would do the same, later
    if (signal.aborted) await swap.decide('back', 0, AbortSignal.timeout(wordTimeoutMs)).catch(() => false)
    throw error
  }
}

/** The new program could not be put in place, and the old one was not touched. */
export function notSwapped(
  host: string,
  program: UpdateContext['program'],
  { installed, neededBytes, said }: { installed: InstalledProgram; neededBytes: number; said: string },
): AppError {
  if (!/no space|quota/i.test(said)) return serviceFailed(host, program, 'update', said)
  const { programPath } = installed
  const mount = programPath.slice(0, programPath.lastIndexOf('/')) || '/'
  return diskFull(host, program, { mount, freeBytes: 0 }, neededBytes)
}

function undone(
  host: string,
  program: string,
  { version, installed, said }: { version: string; installed: InstalledProgram; said: string },
): AppError {
  const old = installed.version ?? ''
  return new AppError(
    'update-undone',
    `${program} ${version} did not come online on ${host}, so the one of before (${old}) was put back. ${said}`.trim(),
    { host, program, version, old, said },
    { fixes: [{ action: 'retry' }] },
  )
}
