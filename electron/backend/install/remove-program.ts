import type { Owner } from '../jobs/workplace.ts'
import type { StepDefinition } from '../jobs/step-definition.ts'
import type { Workplace } from '../jobs/workplace.ts'
import { commandLine, quote } from '../ssh/quote.ts'
import { RemoteCommandFailed } from '../ssh/remote-shell.ts'
import { findInstalled, installFolder, serviceFailed, startTimeoutMs } from './installed-program.ts'
import type { ProgramName } from './programs.ts'

interface RemovalContext {
  readonly workplace: Workplace
}

/**
 * Takes a program, its service, its settings and its state from a machine: what setting up wrote there. Each step asks
 * the machine what is left, so a second run goes on where the first one failed.
 */
export function removalSteps(program: ProgramName): StepDefinition<RemovalContext>[] {
  return [
    {
      id: 'stop-service',
      run: async ({ workplace }, { signal, fact }) =>
        await withInstalled(program, await workplace.owner(signal), signal, async (owner, path) => {
          await must(owner, program, 'stop', commandLine(path, 'stop'), signal)
          fact('removed', { what: `${program} (running)` })
        }),
    },
    {
      id: 'remove-service',
      run: async ({ workplace }, { signal, fact }) =>
        await withInstalled(program, await workplace.owner(signal), signal, async (owner, path) => {
          // A program file that is damaged cannot uninstall itself; then a fresh copy has to be set up first.
          await must(owner, program, 'uninstall', commandLine(path, 'uninstall'), signal)
          fact('removed', { what: path })
        }),
    },
    {
      id: 'remove-files',
      run: async ({ workplace }, { signal, fact }) => {
        const owner = await workplace.owner(signal)
        const folder = installFolder(program, owner)
        const uploads = [owner.home, '/var/tmp', '/tmp'].map((place) => `${place}/.nps-desktop-upload`)
        const text = await owner.shell.output(
          `for f in ${commandLine(folder, ...uploads)}; do [ -e "$f" ] || continue; [ -O "$f" ] || [ "$(id -u)" = 0 ] || continue; rm -rf "$f" && echo "$f"; done; ! [ -e ${quote(folder)} ]`,
          { signal },
        )
        const removed = text.split('\n').filter((line) => line !== '')
        for (const what of removed) fact('removed', { what })
        return removed.length > 0 ? 'done' : 'skipped'
      },
    },
  ]
}

async function withInstalled(
  program: ProgramName,
  owner: Owner,
  signal: AbortSignal,
  work: (owner: Owner, programPath: string) => Promise<void>,
): Promise<'done' | 'skipped'> {
  const installed = await findInstalled(program, owner, { signal })
  if (!installed) return 'skipped'
  await work(owner, installed.programPath)
  return 'done'
}

async function must(
  owner: Owner,
  program: ProgramName,
  what: string,
  script: string,
  signal: AbortSignal,
): Promise<void> {
  const result = await owner.shell.run(`${script} </dev/null`, { timeoutMs: startTimeoutMs, signal })
  if (result.exitCode === 0) return
  throw serviceFailed(
    owner.shell.session.address.host,
    program,
    what,
    new RemoteCommandFailed(result).message,
  )
}
