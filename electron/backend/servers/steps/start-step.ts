import { minAdminKeyLength } from '@nps-desktop/electron/contract'
import { Secret } from '@nps-desktop/relay-core/secret'
import { z } from 'zod'
import { AppError } from '../../failures/app-error.ts'
import {
  commandOf,
  type InstalledProgram,
  isRunning,
  startProgram,
  versionOf,
} from '../../provisioning/install/installed-program.ts'
import type { StepDefinition } from '../../provisioning/jobs/step-definition.ts'
import type { MachineOwner } from '../../provisioning/jobs/workplace.ts'
import { RemoteCommandFailed, unexpectedAnswer } from '../../ssh/shell/remote-shell.ts'
import { need } from '../../provisioning/install/upload-steps.ts'
import type { ServerContext } from './server-context.ts'

const accessSchema = z.object({
  port: z.number().int(),
  key: z.string().min(minAdminKeyLength),
  fingerprint: z.string().min(16),
})

/** Starts nps, or restarts it when its settings have changed, and asks it how the app gets in. */
export const startStep: StepDefinition<ServerContext> = {
  id: 'start',
  async run({ workplace, found }, { signal, fact }) {
    const owner = await workplace.owner(signal)
    const installed = need(found.installed, 'the installation')
    const runs = await isRunning(owner, installed, { signal })
    const how = runs && found.restartNeeded === true ? 'restart' : 'start'
    try {
      await startProgram('nps', owner, installed, how, { signal })
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'service-failed') throw error
      const { host } = owner.shell.session.address
      throw new AppError(
        'relay-not-listening',
        error.message,
        { host, reason: error.message },
        { cause: error, fixes: error.fixes },
      )
    }
    found.restartNeeded = false
    found.access = await readAccess(owner, installed, signal)
    fact('relay-running', { ...versionOf(installed) })
    return 'done'
  },
}

async function readAccess(
  owner: MachineOwner,
  installed: InstalledProgram,
  signal: AbortSignal,
): Promise<NonNullable<ServerContext['found']['access']>> {
  const { host } = owner.shell.session.address
  try {
    const text = await owner.shell.output(commandOf(installed, 'connect', '-json', `-host=${host}`), {
      signal,
    })
    const { port, key, fingerprint } = accessSchema.parse(JSON.parse(text))
    return { port, fingerprint, adminKey: new Secret(key) }
  } catch (error) {
    if (error instanceof RemoteCommandFailed) throw unexpectedAnswer(host, 'nps connect', error.message)
    // The answer holds the admin key: nothing of it may stand in a message.
    if (error instanceof SyntaxError || error instanceof z.ZodError)
      throw unexpectedAnswer(host, 'nps connect', '(not shown)')
    throw error
  }
}
