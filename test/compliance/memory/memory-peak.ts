import { readFileSync, writeFileSync } from 'node:fs'
import { residentBytes } from '../../harness/programs/process-facts.ts'

/** How much a process has grown at its largest since this was made, as the kernel keeps count: no moment is missed. */
export class MemoryPeak {
  readonly #pid: number
  readonly #idleBytes: number

  constructor(pid: number) {
    this.#pid = pid
    // From here on `VmHWM` is the peak since now (proc(5), clear_refs).
    writeFileSync(`/proc/${pid}/clear_refs`, '5')
    this.#idleBytes = residentBytes(pid)
  }

  get grownBytes(): number {
    const status = readFileSync(`/proc/${this.#pid}/status`, 'utf8')
    const peakBytes = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024
    return peakBytes - this.#idleBytes
  }
}
