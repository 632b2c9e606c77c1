import { type Clock, Feed } from '@nps-desktop/relay-core/async'
import type { NetworkWatch } from '@nps-desktop/relay-core/api-client'
import type {
  KeptShell,
  OutputPlace,
  Terminal,
  TerminalOutput,
  TerminalSize,
} from '@nps-desktop/electron/contract'
import type { Log } from '@nps-desktop/relay-core/log'
import { AppError } from '../failures/app-error.ts'
import { newId } from '../ids.ts'
import type { LabSessions } from '../lab-sessions/lab-sessions.ts'
import type { Storage } from '../storage/records.ts'
import { endKept, listKept } from './kept-shells.ts'
import { TerminalTab } from './terminal-tab.ts'

/** Each costs up to 5 MB here: 2 MB that ssh2 has asked for, as much again that it has been given, and the tail. */
const maxTabs = 32
/** For a question or an order to the lab box beside an open session, or a new one. */
const askTimeoutMs = 40_000
/** Until the page has said how large its window is. */
const firstSize: TerminalSize = { cols: 80, rows: 24 }

export interface TerminalsOptions {
  readonly storage: Pick<Storage, 'labs' | 'settings' | 'terminals' | 'onChange'>
  readonly labSessions: Pick<LabSessions, 'use' | 'onSignedIn'>
  readonly network: Pick<NetworkWatch, 'onChange'>
  readonly clock: Clock
  readonly log: Log
}

/** The calls of `terminals`: the tabs, and the shells that lab boxes keep. */
export class Terminals implements AsyncDisposable {
  readonly #options: TerminalsOptions
  readonly #tabs = new Map<string, TerminalTab>()
  readonly #feed: Feed<Terminal[]>
  readonly #stop = new AbortController()
  /** What is still being ended on lab boxes. */
  readonly #ending = new Set<Promise<void>>()
  readonly #parts = new DisposableStack()

  /** Tabs of an earlier run rest until somebody looks at them. */
  constructor(options: TerminalsOptions) {
    this.#options = options
    const { storage, network, labSessions } = options
    for (const { id, labId } of storage.terminals.list()) {
      if (storage.labs.get(labId)) this.#add({ id, labId, size: firstSize, isKept: true })
      else storage.terminals.delete(id)
    }
    this.#feed = new Feed(this.#values())
    this.#parts.use(network.onChange(() => this.#tabs.forEach((tab) => tab.hurry({ asks: false }))))
    this.#parts.use(storage.onChange(() => this.#forgetLabs()))
    this.#parts.use(labSessions.onSignedIn((labId) => this.#signedIn(labId)))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#parts.dispose()
    this.#stop.abort()
    this.#feed.close()
    await Promise.all([...[...this.#tabs.values()].map((tab) => tab.close()), ...this.#ending])
  }

  watch(signal: AbortSignal): AsyncGenerator<Terminal[], void, void> {
    return this.#feed.watch(signal)
  }

  open({ labId, size, kept }: { labId: string; size: TerminalSize; kept?: string | undefined }): {
    terminalId: string
  } {
    if (!this.#options.storage.labs.get(labId)) throw notFound('This lab box is no longer in the list.')
    if (kept !== undefined && this.#tabs.has(kept)) return { terminalId: kept }
    if (this.#tabs.size >= maxTabs) {
      throw new AppError('limit-reached', `${maxTabs} terminals are open already.`, { limit: maxTabs })
    }
    const tab = this.#add({ id: kept ?? newId('t'), labId, size, isKept: kept !== undefined })
    tab.start({ asks: true })
    return { terminalId: tab.id }
  }

  output(
    { terminalId, from }: { terminalId: string; from: OutputPlace | null },
    { signal }: { signal: AbortSignal },
  ): AsyncGenerator<TerminalOutput, void, void> {
    return this.#find(terminalId).read(from, signal)
  }

  acknowledge({ terminalId, place }: { terminalId: string; place: OutputPlace }): void {
    this.#tabs.get(terminalId)?.acknowledge(place)
  }

  async write({ terminalId, text }: { terminalId: string; text: string }): Promise<{ taken: boolean }> {
    return { taken: await this.#find(terminalId).write(text) }
  }

  resize({ terminalId, size }: { terminalId: string; size: TerminalSize }): void {
    this.#find(terminalId).resize(size)
  }

  tryNow({ terminalId }: { terminalId: string }): void {
    this.#find(terminalId).hurry({ asks: true })
  }

  startAgain({ terminalId }: { terminalId: string }): void {
    this.#find(terminalId).start({ asks: true })
  }

  async close({ terminalId, end }: { terminalId: string; end: boolean }): Promise<void> {
    const tab = this.#find(terminalId)
    this.#remove(tab)
    if (end && tab.isKept && tab.value.state.state !== 'ended') this.#endLater(tab.labId, tab.id)
    await tab.close()
  }

  async kept({ labId }: { labId: string }, { signal }: { signal: AbortSignal }): Promise<KeptShell[]> {
    using use = await this.#options.labSessions.use(labId, { signal })
    const all = await listKept(use.session, { signal })
    return all.filter(({ id }) => !this.#tabs.has(id))
  }

  async endKept(
    { labId, kept }: { labId: string; kept: string },
    { signal }: { signal: AbortSignal },
  ): Promise<void> {
    using use = await this.#options.labSessions.use(labId, { signal })
    await endKept(use.session, kept, { signal })
  }

  #add(part: { id: string; labId: string; size: TerminalSize; isKept: boolean }): TerminalTab {
    const { labSessions, storage, clock } = this.#options
    const tab = new TerminalTab({
      ...part,
      labSessions,
      clock,
      wantsKept: () => storage.settings.get().keepShells,
      onChange: (changed) => this.#changed(changed),
    })
    this.#tabs.set(tab.id, tab)
    return tab
  }

  #changed(tab: TerminalTab): void {
    const { terminals } = this.#options.storage
    const { state } = tab.value.state
    if (state === 'open' && tab.isKept) terminals.put({ id: tab.id, labId: tab.labId })
    else if (state === 'ended') terminals.delete(tab.id)
    this.#feed.set(this.#values())
  }

  #remove(tab: TerminalTab): void {
    this.#tabs.delete(tab.id)
    this.#options.storage.terminals.delete(tab.id)
    this.#feed.set(this.#values())
  }

  #forgetLabs(): void {
    for (const tab of this.#tabs.values()) {
      if (this.#options.storage.labs.get(tab.labId)) continue
      this.#remove(tab)
      void tab.close()
    }
  }

  /** What stands because nobody answered goes on. */
  #signedIn(labId: string): void {
    for (const tab of this.#tabs.values())
      if (tab.labId === labId && tab.value.state.state === 'failed') tab.start({ asks: false })
  }

  /** The tab is gone for the person; a lab box that cannot be reached keeps the shell, and lists it when asked. */
  #endLater(labId: string, terminalId: string): void {
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(askTimeoutMs)])
    const ending = this.endKept({ labId, kept: terminalId }, { signal })
      .catch((error: unknown) =>
        this.#options.log.warn('a shell was not ended on its lab box', { lab: labId, error }),
      )
      .finally(() => this.#ending.delete(ending))
    this.#ending.add(ending)
  }

  #find(terminalId: string): TerminalTab {
    const tab = this.#tabs.get(terminalId)
    if (!tab) throw notFound('This terminal is closed.')
    return tab
  }

  #values(): Terminal[] {
    return [...this.#tabs.values()].map(({ value }) => value)
  }
}

function notFound(message: string): AppError {
  return new AppError('not-found', message, {})
}
