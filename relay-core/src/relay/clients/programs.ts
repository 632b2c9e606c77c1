import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'

/** The programs that a relay can hand out, each named after the system and the processor that it runs on. Windows on arm64 runs the one for amd64. */
export const agentPrograms = [
  'npc-linux-amd64.gz',
  'npc-linux-arm64.gz',
  'npc-linux-musl-amd64.gz',
  'npc-linux-musl-arm64.gz',
  'npc-darwin-amd64.gz',
  'npc-darwin-arm64.gz',
  'npc-windows-amd64.exe.gz',
] as const
export type AgentProgramName = (typeof agentPrograms)[number]

export interface AgentProgram {
  readonly path: string
  readonly bytes: number
  /** Hex, of the compressed file. */
  readonly sha256: string
}

/** SHA-256 (hex) of the compressed programs that are there. */
export type ProgramSums = Readonly<Partial<Record<AgentProgramName, string>>>

/** The agent programs that this relay can hand out: those that lie in its programs folder. */
export class Programs {
  readonly folder: string
  readonly #known = new Map<AgentProgramName, AgentProgram & { mtimeMs: number }>()

  constructor(folder: string) {
    this.folder = folder
  }

  /** Undefined when the file is not there. */
  async get(name: AgentProgramName): Promise<AgentProgram | undefined> {
    const path = join(this.folder, name)
    const file = await stat(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw error
    })
    if (!file) return undefined
    const known = this.#known.get(name)
    if (known?.mtimeMs === file.mtimeMs && known.bytes === file.size) return known
    const hash = createHash('sha256')
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
    const program = { path, bytes: file.size, sha256: hash.digest('hex'), mtimeMs: file.mtimeMs }
    this.#known.set(name, program)
    return program
  }

  /** Whether there is any to hand out. */
  async any(): Promise<boolean> {
    return Object.keys(await this.sums()).length > 0
  }

  async sums(): Promise<ProgramSums> {
    const sums: Partial<Record<AgentProgramName, string>> = {}
    for (const name of agentPrograms) {
      const program = await this.get(name)
      if (program) sums[name] = program.sha256
    }
    return sums
  }
}
