import { uploadProgram } from '../../install/upload-program.ts'
import { tryProgram } from '../../install/try-program.ts'
import type { StepDefinition } from '../../jobs/step-definition.ts'
import { need } from '../../servers/server-context.ts'
import { commandLine } from '../../ssh/quote.ts'
import type { LabContext } from '../lab-context.ts'

/** npc for this processor, unless the very same one is installed. */
export const uploadStep: StepDefinition<LabContext> = {
  id: 'upload',
  async run({ workplace, found }, { signal, fact, progress }) {
    const { file, place } = need(found.upload, 'what to upload')
    if (found.installed) {
      const { shell } = await workplace.owner(signal)
      const { stdout } = await shell.run(commandLine('sha256sum', found.installed.programPath), { signal })
      if (stdout.startsWith(file.rawSha256)) {
        found.programPath = null
        fact('upload-not-needed', { program: 'npc' })
        return 'skipped'
      }
    }
    const { path, sentBytes } = await uploadProgram(await workplace.shell(signal), file, place, {
      onProgress: (bytes, total) => progress(bytes, total, 'bytes'),
      signal,
    })
    found.programPath = path
    if (sentBytes > 0) fact('uploaded', { bytes: sentBytes, program: 'npc' })
    else fact('upload-not-needed', { program: 'npc' })
    return 'done'
  },
}

export const programStartsStep: StepDefinition<LabContext> = {
  id: 'program-starts',
  async run({ workplace, found }, { signal, fact }) {
    const { shell } = await workplace.owner(signal)
    const path =
      need(found.programPath, 'the program') ?? need(found.installed, 'the installed program').programPath
    fact('program-starts', { program: 'npc', version: await tryProgram(shell, 'npc', path, { signal }) })
    return 'done'
  },
}
