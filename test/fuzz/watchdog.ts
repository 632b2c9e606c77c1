import { Worker } from 'node:worker_threads'

/** A case that takes so long hangs. */
const stallMs = 20_000

/**
 * Watches from another thread, since a parser in an endless loop lets nothing else in its own thread run: says which
 * case it was and ends the process.
 */
export class Watchdog {
  readonly #state = new Int32Array(new SharedArrayBuffer(8))
  readonly #worker: Worker

  constructor(name: string, seed: number) {
    const code = `
      const { workerData } = require('node:worker_threads')
      const { writeSync } = require('node:fs')
      const { state, name, seed, stallMs } = workerData
      let last = -1
      setInterval(() => {
        const now = Atomics.load(state, 0)
        if (now === last) {
          writeSync(2, 'fuzzing ' + name + ' hangs: FUZZ_SEED=' + seed + ' FUZZ_CASE=' + now + '\\n')
          process.kill(process.pid, 'SIGKILL')
        }
        last = now
      }, stallMs)`
    this.#worker = new Worker(code, {
      eval: true,
      workerData: { state: this.#state, name, seed, stallMs },
    })
    this.#worker.unref()
  }

  begin(number: number): void {
    Atomics.store(this.#state, 0, number)
  }

  async stop(): Promise<void> {
    await this.#worker.terminate()
  }
}
