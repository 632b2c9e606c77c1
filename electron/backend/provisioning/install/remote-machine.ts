import type { ExecResult } from '../../ssh/shell/remote-shell.ts'
import type { MachineIdentity } from '../jobs/workplace.ts'
import type { InstalledProgram } from './installed-program.ts'
import type { MachineFacts, UploadPlace } from './machine-facts.ts'
import type { ProgramFile, ProgramName } from './program-files.ts'

interface Options {
  readonly signal: AbortSignal
}

/** What came of trying to connect from there; `no-tool`: nothing on that machine can try. */
export type Reach = 'open' | 'refused' | 'silent' | 'unknown-host' | 'no-tool'

/** What setting a program up, and taking it back, needs of a machine: the same whether it has sh or PowerShell. */
export interface RemoteMachine {
  readonly host: string
  readonly identity: MachineIdentity
  facts(options: Options): Promise<MachineFacts>
  /** Connects to `host:port` and says nothing there; gives up after `withinSeconds`. */
  reach(target: { host: string; port: number; withinSeconds: number }, options: Options): Promise<Reach>
  /** Hex; something else where there is no such file. */
  sha256(path: string, options: Options): Promise<string>
  /** See `uploadProgram`. */
  upload(
    file: ProgramFile,
    place: UploadPlace,
    options: Options & { readonly onProgress: (bytes: number, total: number) => void },
  ): Promise<{ path: string; sentBytes: number }>
  /** Takes away what uploads have left, under `place` or wherever they are put; answers the folders. */
  dropUploads(place: UploadPlace | null, options: Options): Promise<string[]>
  /** See `tryProgram`. */
  tryProgram(program: ProgramName, path: string, options: Options): Promise<string>
  /** See `findInstalled`. */
  findInstalled(program: ProgramName, options: Options): Promise<InstalledProgram | undefined>
  /** See `installProgram`. */
  install(
    program: ProgramName,
    uploadedPath: string,
    options: Options & {
      readonly flags?: readonly string[]
      readonly secretEnv?: { readonly name: string; readonly value: string }
    },
  ): Promise<InstalledProgram & { readonly reasons: readonly string[] }>
  /** A command of an installed program, whatever its exit code. */
  command(
    installed: InstalledProgram,
    words: readonly string[],
    options: Options & { readonly timeoutMs?: number },
  ): Promise<ExecResult>
  /** Removes a folder of settings and state; one that is none of ours by name stays. Answers what it removed. */
  removeSettings(program: ProgramName, folder: string | undefined, options: Options): Promise<string[]>
}
