import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Agent } from '@nps-desktop/relay-core/agent'
import { relayDefaults } from '@nps-desktop/relay-core/config'
import type { Log } from '@nps-desktop/relay-core/log'
import { Secret } from '@nps-desktop/relay-core/secret'
import { Relay } from '@nps-desktop/relay-core/relay'
import { startSampleBoard } from './sample-board.ts'
import { startSampleNotebook } from './sample-notebook.ts'
import type { SampleLanguage } from './sample-names.ts'
import type { SampleService } from './sample-service.ts'
import { startSampleShell } from './sample-shell.ts'

/** Where the trial keeps its relay's state, inside the app's data folder. */
export const trialFolder = (dataFolder: string): string => join(dataFolder, 'trial')

/** The server and the lab box of the trial: a real relay, a real agent and three samples, all on 127.0.0.1. */
export class TrialMachine {
  readonly relay: { readonly bridgePort: number; readonly fingerprint: string; readonly adminKey: Secret }
  readonly services: {
    readonly ssh: SampleService
    readonly jupyter: SampleService
    readonly tensorboard: SampleService
  }
  /** What the samples speak: read anew for each page and each shell. */
  readonly speech: { language: SampleLanguage }
  readonly #closers: (() => Promise<unknown>)[]
  readonly #log: Log
  #closing: Promise<void> | undefined

  private constructor(
    parts: Pick<TrialMachine, 'relay' | 'services' | 'speech'> & {
      closers: (() => Promise<unknown>)[]
      log: Log
    },
  ) {
    this.relay = parts.relay
    this.services = parts.services
    this.speech = parts.speech
    this.#closers = parts.closers
    this.#log = parts.log
  }

  /** What a failed start has opened is closed again. */
  static async start({
    dataFolder,
    language,
    log,
  }: {
    dataFolder: string
    language: SampleLanguage
    log: Log
  }): Promise<TrialMachine> {
    const speech = { language }
    const spoken = (): SampleLanguage => speech.language
    const folder = trialFolder(dataFolder)
    const closers: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })]
    const opened = async <T extends { close(): Promise<unknown> }>(opening: Promise<T>): Promise<T> => {
      const part = await opening
      closers.push(() => part.close())
      return part
    }
    try {
      await rm(folder, { recursive: true, force: true })
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const services = {
        ssh: await opened(startSampleShell(spoken)),
        jupyter: await opened(startSampleNotebook(spoken)),
        tensorboard: await opened(startSampleBoard(spoken)),
      }
      const relay = new Relay({
        config: {
          ...relayDefaults,
          bridgeIp: '127.0.0.1',
          bridgePort: 0,
          webPort: null,
          // for web addresses such as demo.localhost
          hosts: { ...relayDefaults.hosts, ip: '127.0.0.1', httpPort: 0 },
        },
        folder: join(folder, 'state'),
        programsFolder: join(folder, 'programs'),
        tunnelHost: '127.0.0.1',
        writeLog: () => undefined,
        service: '',
      })
      closers.push(() => relay.close())
      return new TrialMachine({ relay: await relay.start(), services, speech, closers, log })
    } catch (error) {
      await closeAll(closers)
      throw error
    }
  }

  /** Brings the lab box online with the key of its client. */
  startAgent(vkey: string): void {
    const { bridgePort, fingerprint } = this.relay
    const agent = new Agent({
      server: `127.0.0.1:${bridgePort}`,
      vkey: new Secret(vkey),
      fingerprint,
      log: this.#log,
    })
    agent.start()
    this.#closers.push(() => agent.close())
  }

  /** Closes its ports and removes its folder. Idempotent. */
  close(): Promise<void> {
    return (this.#closing ??= closeAll(this.#closers))
  }
}

/** Last opened, first closed; one that fails does not keep the others open. */
async function closeAll(closers: readonly (() => Promise<unknown>)[]): Promise<void> {
  const failures: unknown[] = []
  for (const close of closers.toReversed()) {
    try {
      await close()
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, 'not everything of the trial could be closed')
}
