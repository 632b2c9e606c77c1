import { uploadProgram } from '../../install/upload-program.ts'
import { commandLine } from '../../ssh/quote.ts'
import type { StepDefinition } from '../../jobs/step-definition.ts'
import { need, type ServerContext } from '../server-context.ts'

/** The program for this processor, unless the very same one is installed. */
export const uploadStep: StepDefinition<ServerContext> = {
  id: 'upload',
  async run({ workplace, found }, { signal, fact, progress }) {
    const { file, place } = need(found.upload, 'what to upload')
    if (found.installed) {
      const owner = await workplace.owner(signal)
      const { stdout } = await owner.shell.run(commandLine('sha256sum', found.installed.programPath), {
        signal,
      })
      if (stdout.startsWith(file.rawSha256)) {
        found.programPath = null
        fact('upload-not-needed', { program: 'nps' })
        return 'skipped'
      }
    }
    const { path, sentBytes } = await uploadProgram(await workplace.shell(signal), file, place, {
      onProgress: (bytes, total) => progress(bytes, total, 'bytes'),
      signal,
    })
    found.programPath = path
    if (sentBytes > 0) fact('uploaded', { bytes: sentBytes, program: 'nps' })
    else fact('upload-not-needed', { program: 'nps' })
    return 'done'
  },
}
