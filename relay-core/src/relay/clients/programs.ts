import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'

export type Arch = 'amd64' | 'arm64'

export interface AgentProgram {
  readonly path: string
  readonly bytes: number
  /** Hex, of the compressed file. */
  readonly sha256: string
}

/** The agent programs that this relay can hand out: `npc-linux-<arch>.gz` in its programs folder. */
export class Programs {
  readonly folder: string
  readonly #known = new Map<Arch, AgentProgram & { mtimeMs: number }>()

  constructor(folder: string) {
    this.folder = folder
  }

  /** Undefined when the file is not there. */
  async get(arch: Arch): Promise<AgentProgram | undefined> {
    const path = join(this.folder, `npc-linux-${arch}.gz`)
    const file = await stat(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw error
    })
    if (!file) return undefined
    const known = this.#known.get(arch)
    if (known?.mtimeMs === file.mtimeMs && known.bytes === file.size) return known
    const hash = createHash('sha256')
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
    const program = { path, bytes: file.size, sha256: hash.digest('hex'), mtimeMs: file.mtimeMs }
    this.#known.set(arch, program)
    return program
  }

  /** Whether there is any to hand out. */
  async any(): Promise<boolean> {
    return Object.keys(await this.sums()).length > 0
  }

  async sums(): Promise<Partial<Record<Arch, string>>> {
    const [amd64, arm64] = await Promise.all([this.get('amd64'), this.get('arm64')])
    return { ...(amd64 && { amd64: amd64.sha256 }), ...(arm64 && { arm64: arm64.sha256 }) }
  }
}
