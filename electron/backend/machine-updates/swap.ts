import { type Clock, pause } from '@nps-desktop/relay-core/async'
import { commandOf, type InstalledProgram, serviceFailed } from '../provisioning/install/installed-program.ts'
import type { Workplace } from '../provisioning/jobs/workplace.ts'
import {
  beginSwapScript,
  decideScript,
  forgetSwapScript,
  readSwapScript,
  type SwapState,
  swapScript,
  swapStates,
} from './swap-script.ts'

const lookIntervalMs = 500
/** One look; longer means that the session is cut, and the next look opens another. */
const lookTimeoutMs = 8_000

/** A program being replaced on a machine, as its own script there goes on. */
export class Swap {
  readonly #workplace: Workplace
  readonly #folder: string
  readonly #clock: Clock
  said = ''

  private constructor(workplace: Workplace, folder: string, clock: Clock) {
    this.#workplace = workplace
    this.#folder = folder
    this.#clock = clock
  }

  /** From here on the machine goes on by itself, to `kept` if it is told so and else to `undone`. */
  static async begin(
    workplace: Workplace,
    { program, installed, uploaded }: { program: string; installed: InstalledProgram; uploaded: string },
    { clock, signal }: { clock: Clock; signal: AbortSignal },
  ): Promise<Swap> {
    const { shell } = await workplace.owner(signal)
    const script = swapScript({
      folder: '@folder@',
      service: installed.service,
      program: installed.programPath,
      uploaded,
      restart: commandOf(installed, 'restart').replace(/ <\/dev\/null$/, ''),
    })
    const { stdout, stderr } = await shell.run(beginSwapScript(installed.service), { stdin: script, signal })
    const folder = /^\/(?:var\/)?tmp\/nps-desktop-update\.\w+$/m.exec(stdout)?.[0]
    if (folder === undefined)
      throw serviceFailed(shell.session.address.host, program, 'update', stderr.trim().slice(0, 200))
    return new Swap(workplace, folder, clock)
  }

  /** The first of these states that is seen, or null when the time is up. A session that is cut meanwhile is opened again. */
  async until(
    wanted: readonly SwapState[],
    withinMs: number,
    signal: AbortSignal,
  ): Promise<SwapState | null> {
    const endMs = this.#clock.now() + withinMs
    for (;;) {
      // a laptop that has slept past the end looks once more
      const isLast = this.#clock.now() >= endMs
      const state = await this.#look(signal)
      if (state && wanted.includes(state)) return state
      if (isLast) return null
      await pause(lookIntervalMs, { signal, clock: this.#clock })
    }
  }

  /** Whether the word has arrived; it is said again until then, as long as there is time. */
  async decide(what: 'keep' | 'back', withinMs: number, signal: AbortSignal): Promise<boolean> {
    const endMs = this.#clock.now() + withinMs
    for (;;) {
      if ((await this.#run(decideScript(this.#folder, what), signal)) !== null) return true
      if (this.#clock.now() >= endMs) return false
      await pause(lookIntervalMs, { signal, clock: this.#clock })
    }
  }

  async forget(signal: AbortSignal): Promise<void> {
    await this.#run(forgetSwapScript(this.#folder), signal)
  }

  async #look(signal: AbortSignal): Promise<SwapState | null> {
    const text = (await this.#run(readSwapScript(this.#folder), signal)) ?? ''
    const [first = '', ...said] = text.split('\n')
    const state = swapStates.find((one) => one === first.trim()) ?? null
    if (state) {
      const lines = said.map((line) => line.trim()).filter((line) => line !== '')
      this.said = lines.join(' · ').slice(0, 300)
    }
    return state
  }

  /** Null where the machine could not be asked. */
  async #run(script: string, signal: AbortSignal): Promise<string | null> {
    try {
      // a dialog for each of many looks would be a question without end
      const { shell } = await this.#workplace.owner(
        AbortSignal.any([signal, AbortSignal.timeout(lookTimeoutMs)]),
        { asks: false },
      )
      const { exitCode, stdout } = await shell.run(script, { timeoutMs: lookTimeoutMs, signal })
      return exitCode === 0 ? stdout : null
    } catch {
      signal.throwIfAborted()
      this.#workplace.release()
      return null
    }
  }
}
