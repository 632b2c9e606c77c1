import { tryProgram } from '../../install/try-program.ts'
import type { StepDefinition } from '../../jobs/step-definition.ts'
import { need, type ServerContext } from '../server-context.ts'

/** `nps -version` on the machine, before anything is installed. */
export const programStartsStep: StepDefinition<ServerContext> = {
  id: 'program-starts',
  async run({ workplace, found }, { signal, fact }) {
    const owner = await workplace.owner(signal)
    const path =
      need(found.programPath, 'the program') ?? need(found.installed, 'the installed program').programPath
    const version = await tryProgram(owner.shell, 'nps', path, { signal })
    fact('program-starts', { program: 'nps', version })
    return 'done'
  },
}
