import type { StepDefinition } from '../jobs/step-definition.ts'
import { RemoteCommandFailed } from '../../ssh/shell/remote-shell.ts'
import { type InstalledProgram, serviceFailed, startTimeoutMs } from './installed-program.ts'
import type { ProgramName } from './program-files.ts'
import type { RemoteMachine } from './remote-machine.ts'

interface RemovalContext {
  readonly machine: (signal: AbortSignal) => Promise<RemoteMachine>
  /** Settings and state that `uninstall` leaves: those of what was found on the machine, else those on record. */
  readonly removal: { folder: string | undefined }
}

/**
 * Takes a program, its service, its settings and its state from a machine: what setting up wrote there. Each step asks
 * the machine what is left, so a second run goes on where the first one failed.
 */
export function removalSteps(program: ProgramName): StepDefinition<RemovalContext>[] {
  return [
    {
      id: 'stop-service',
      run: async ({ machine, removal }, { signal, fact }) =>
        await withInstalled(program, await machine(signal), removal, signal, async (there, installed) => {
          await must(there, program, 'stop', installed, signal)
          fact('removed', { what: `${program} (running)` })
        }),
    },
    {
      id: 'remove-service',
      run: async ({ machine, removal }, { signal, fact }) =>
        await withInstalled(program, await machine(signal), removal, signal, async (there, installed) => {
          // A program file that is damaged cannot uninstall itself; then a fresh copy has to be set up first.
          await must(there, program, 'uninstall', installed, signal)
          fact('removed', { what: installed.programPath })
        }),
    },
    {
      id: 'remove-files',
      run: async ({ machine, removal }, { signal, fact }) => {
        const there = await machine(signal)
        const settings = await there.removeSettings(program, removal.folder, { signal })
        const removed = [...settings, ...(await there.dropUploads(null, { signal }))]
        for (const what of removed) fact('removed', { what })
        return removed.length > 0 ? 'done' : 'skipped'
      },
    },
  ]
}

async function withInstalled(
  program: ProgramName,
  there: RemoteMachine,
  removal: RemovalContext['removal'],
  signal: AbortSignal,
  work: (there: RemoteMachine, installed: InstalledProgram) => Promise<void>,
): Promise<'done' | 'skipped'> {
  const installed = await there.findInstalled(program, { signal })
  if (!installed) return 'skipped'
  removal.folder = installed.folder
  await work(there, installed)
  return 'done'
}

async function must(
  there: RemoteMachine,
  program: ProgramName,
  what: string,
  installed: InstalledProgram,
  signal: AbortSignal,
): Promise<void> {
  const result = await there.command(installed, [what], { timeoutMs: startTimeoutMs, signal })
  if (result.exitCode === 0) return
  throw serviceFailed(there.host, program, what, new RemoteCommandFailed(result).message)
}
