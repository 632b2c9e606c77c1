import type { StepDefinition } from '../jobs/step-definition.ts'
import type { InstalledProgram } from './installed-program.ts'
import type { UploadPlace } from './machine-facts.ts'
import type { ProgramFile, ProgramName } from './program-files.ts'
import type { RemoteMachine } from './remote-machine.ts'

interface UploadContext {
  readonly machine: (signal: AbortSignal) => Promise<RemoteMachine>
  readonly found: UploadFindings
}

export interface UploadFindings {
  /** What to upload, and where there is room for it. */
  upload?: { readonly file: ProgramFile; readonly place: UploadPlace }
  /** One of ours that is there, before or after it is installed. */
  installed?: InstalledProgram | undefined
  /** What was uploaded; null when the installed one is the same. */
  uploadedPath?: string | null
}

/** Brings a program to a machine and starts it once, before anything is installed. */
export function uploadSteps(program: ProgramName): StepDefinition<UploadContext>[] {
  return [
    {
      id: 'upload',
      async run({ machine, found }, { signal, fact, progress }) {
        const there = await machine(signal)
        const { file, place } = need(found.upload, 'what to upload')
        if (found.installed) {
          const sum = await there.sha256(found.installed.programPath, { signal })
          if (sum === file.rawSha256) {
            found.uploadedPath = null
            fact('upload-not-needed', { program })
            return 'skipped'
          }
        }
        const { path, sentBytes } = await there.upload(file, place, {
          onProgress: (bytes, total) => progress(bytes, total, 'bytes'),
          signal,
        })
        found.uploadedPath = path
        if (sentBytes > 0) fact('uploaded', { bytes: sentBytes, program })
        else fact('upload-not-needed', { program })
        return 'done'
      },
    },
    {
      id: 'program-starts',
      // What does not start may be the wrong or a broken copy.
      againFrom: 'upload',
      async run({ machine, found }, { signal, fact }) {
        const there = await machine(signal)
        fact('program-starts', {
          program,
          version: await there.tryProgram(program, programPath(found), { signal }),
        })
        return 'done'
      },
    },
  ]
}

/** The program that is to be installed: what was uploaded, or the installed one again. */
export function programPath(found: UploadFindings): string {
  return need(found.uploadedPath, 'the program') ?? need(found.installed, 'the installed program').programPath
}

/** The installed copy is the one from now on. */
export async function endUpload(
  { machine, found }: UploadContext,
  { signal }: { signal: AbortSignal },
): Promise<void> {
  if (found.uploadedPath === null) return
  await (await machine(signal)).dropUploads(need(found.upload, 'the upload').place, { signal })
  found.uploadedPath = null
}

/** A finding that an earlier step of the same job has left. */
export function need<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`${what} is not known: an earlier step did not run`)
  return value
}
