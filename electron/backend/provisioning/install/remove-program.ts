import type { MachineOwner } from '../jobs/workplace.ts'
import type { StepDefinition } from '../jobs/step-definition.ts'
import type { Workplace } from '../jobs/workplace.ts'
import { commandLine } from '@nps-desktop/relay-core/api'
import { RemoteCommandFailed } from '../../ssh/shell/remote-shell.ts'
import {
  commandOf,
  findInstalled,
  installFolders,
  type InstalledProgram,
  serviceFailed,
  startTimeoutMs,
} from './installed-program.ts'
import type { ProgramName } from './program-files.ts'
import { dropUploads } from './upload-program.ts'

interface RemovalContext {
  readonly workplace: Workplace
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
      run: async ({ workplace, removal }, { signal, fact }) =>
        await withInstalled(
          program,
          await workplace.owner(signal),
          removal,
          signal,
          async (owner, installed) => {
            await must(owner, program, 'stop', commandOf(installed, 'stop'), signal)
            fact('removed', { what: `${program} (running)` })
          },
        ),
    },
    {
      id: 'remove-service',
      run: async ({ workplace, removal }, { signal, fact }) =>
        await withInstalled(
          program,
          await workplace.owner(signal),
          removal,
          signal,
          async (owner, installed) => {
            // A program file that is damaged cannot uninstall itself; then a fresh copy has to be set up first.
            await must(owner, program, 'uninstall', commandOf(installed, 'uninstall'), signal)
            fact('removed', { what: installed.programPath })
          },
        ),
    },
    {
      id: 'remove-files',
      run: async ({ workplace, removal }, { signal, fact }) => {
        const owner = await workplace.owner(signal)
        // Only a folder that is one of ours by name is ever removed with all that is in it.
        const folders = installFolders(program, owner).filter((one) => one === removal.folder)
        const text = await owner.shell.output(
          `for f in ${commandLine(...folders)}; do [ -e "$f" ] || continue; rm -rf "$f" && echo "$f" || exit 1; done`,
          { signal },
        )
        // uploads were put there by the account that signs in
        const plain = await workplace.shell(signal)
        const uploads = await plain.output(dropUploads([owner.home, '/var/tmp', '/tmp']), { signal })
        const removed = `${text}${uploads}`.split('\n').filter((line) => line !== '')
        for (const what of removed) fact('removed', { what })
        return removed.length > 0 ? 'done' : 'skipped'
      },
    },
  ]
}

async function withInstalled(
  program: ProgramName,
  owner: MachineOwner,
  removal: RemovalContext['removal'],
  signal: AbortSignal,
  work: (owner: MachineOwner, installed: InstalledProgram) => Promise<void>,
): Promise<'done' | 'skipped'> {
  const installed = await findInstalled(program, owner, { signal })
  if (!installed) return 'skipped'
  removal.folder = installed.folder
  await work(owner, installed)
  return 'done'
}

async function must(
  owner: MachineOwner,
  program: ProgramName,
  what: string,
  script: string,
  signal: AbortSignal,
): Promise<void> {
  const result = await owner.shell.run(script, { timeoutMs: startTimeoutMs, signal })
  if (result.exitCode === 0) return
  throw serviceFailed(
    owner.shell.session.address.host,
    program,
    what,
    new RemoteCommandFailed(result).message,
  )
}
