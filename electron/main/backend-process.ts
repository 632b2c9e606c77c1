import { setTimeout as delay } from 'node:timers/promises'
import { RPCHandler } from '@orpc/server/message-port'
import { MessageChannelMain, utilityProcess, type MessagePortMain, type UtilityProcess } from 'electron'
import { cannotStart, type BackendStart, type CannotStart } from '@nps-desktop/electron/contract'
import type { createDesktopShell } from './desktop-shell.ts'

/** Restarting more often than this helps nobody; the page says that the app's backend does not answer. */
const maxRestarts = 5
const restartWindowMs = 60_000
/** The backend closes its links and its database within this. */
const closeTimeoutMs = 5_000
/** The end of a killed one is noticed within this. */
const killTimeoutMs = 2_000

export interface BackendProcessOptions {
  /** The bundled backend/desktop/process.ts. */
  readonly script: string
  readonly start: BackendStart
  readonly shell: ReturnType<typeof createDesktopShell>
  /** Ports given before are dead; hand out new ones. */
  readonly onRestarted: () => void
  /** The app's data cannot be opened; `start` tries again. */
  readonly onCannotStart: (why: CannotStart) => void
  readonly log: (message: string) => void
}

/** The backend in a utilityProcess: starts it, gives ports to it, starts it again when it crashes. */
export class BackendProcess {
  readonly #options: BackendProcessOptions
  #child: UtilityProcess | undefined
  #closing = false
  #restartsMs: number[] = []

  constructor(options: BackendProcessOptions) {
    this.#options = options
  }

  start(): void {
    const { port1, port2 } = new MessageChannelMain()
    new RPCHandler(this.#options.shell).upgrade(port1)
    port1.start()
    const child = utilityProcess.fork(this.#options.script, [], {
      serviceName: 'NPS Desktop backend',
      stdio: 'inherit',
    })
    child.postMessage({ kind: 'start', start: this.#options.start }, [port2])
    let refusal: CannotStart | undefined
    child.on('message', (message: unknown) => {
      refusal = cannotStart.parse(message)
      child.kill()
    })
    child.once('exit', (code) => this.#onExit(code, refusal))
    this.#child = child
  }

  /** A port that speaks the desktop contract. */
  connect(port: MessagePortMain): void {
    this.#child?.postMessage({ kind: 'connect' }, [port])
  }

  /** Ends the backend, by force where it does not answer: the app quits whatever its backend does. */
  async close(): Promise<void> {
    this.#closing = true
    const child = this.#child
    if (child === undefined) return
    const isGone = new Promise<'gone'>((resolve) => child.once('exit', () => resolve('gone')))
    child.postMessage({ kind: 'close' })
    if ((await Promise.race([isGone, delay(closeTimeoutMs)])) === 'gone') return
    this.#options.log('The backend does not end by itself, and is killed.')
    this.#kill(child)
    if ((await Promise.race([isGone, delay(killTimeoutMs)])) !== 'gone')
      this.#options.log('The backend does not end. The app quits without it.')
  }

  /** Not `child.kill()`, which asks: one that hangs or is stopped takes no request. */
  #kill({ pid }: UtilityProcess): void {
    try {
      if (pid !== undefined) process.kill(pid, 'SIGKILL')
    } catch (error) {
      // mostly it has ended meanwhile
      this.#options.log(`The backend cannot be killed: ${String(error)}`)
    }
  }

  #onExit(code: number, refusal: CannotStart | undefined): void {
    this.#child = undefined
    if (this.#closing) return
    if (refusal !== undefined) {
      this.#options.log(refusal.message)
      this.#options.onCannotStart(refusal)
      return
    }
    const nowMs = Date.now()
    this.#restartsMs = [...this.#restartsMs.filter((atMs) => nowMs - atMs < restartWindowMs), nowMs]
    this.#options.log(`The backend ended with code ${code}.`)
    if (this.#restartsMs.length > maxRestarts) return
    this.start()
    this.#options.onRestarted()
  }
}
