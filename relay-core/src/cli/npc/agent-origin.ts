import { readInstallation } from '../../service/installation.ts'
import { personsAccount } from '../../service/persons-account.ts'
import { installKinds } from '../../api/words/install-kinds.ts'
import type { AgentOrigin } from '../../wire/hello-messages.ts'

/**
 * How this process came to run: what its service says in NPS_SERVICE, and whom `install` kept in `folder`, for the
 * service itself runs as another account. @throws Error when what `install` kept cannot be read
 */
export async function agentOrigin(
  folder: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<AgentOrigin> {
  const named = environment['NPS_SERVICE']
  if (!named) return { start: 'none', account: personsAccount(environment) }
  const start = installKinds.find((kind) => kind === named) ?? null
  return { start, account: (await readInstallation(folder))?.account ?? '' }
}
