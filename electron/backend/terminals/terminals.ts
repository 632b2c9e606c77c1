import { type Clock, Feed } from '@nps-desktop/relay-core/async'
import type { NetworkWatch } from '@nps-desktop/relay-core/api-client'
import type {
  KeptShell,
  MachineRef,
  OutputPlace,
  Settings,
  Terminal,
  TerminalOutput,
  TerminalSize,
} from '@nps-desktop/electron/contract'
import type { Log } from '@nps-desktop/relay-core/log'
import { AppError } from '../failures/app-error.ts'
import { newId } from '../ids.ts'
import type { MachineSessions, UseOptions } from '../lab-sessions/machine-sessions.ts'
import type { Storage } from '../storage/records.ts'
import { endKept, listKept } from './kept-shells.ts'
import { TerminalTab } from './terminal-tab.ts'

/** Each costs up to 5 MB here: 2 MB that ssh2 has asked for, as much again that it has been given, and the tail. */
const maxTabs = 32
/** For a question or an order to the machine beside an open session, or a new one. */
const askTimeoutMs = 40_000
/** Until the page has said how large its window is. */
const firstSize: TerminalSize = { cols: 80, rows: 24 }

/** What is undefined is no longer in the list. */
interface ListedMachines {
  get(id: string): object | undefined
}

export interface TerminalsOptions {
  readonly storage: Pick<Storage, 'onChange'> & {
    readonly labs: ListedMachines
    readonly servers: ListedMachines
    readonly settings: { get(): Pick<Settings, 'keepShells'> }
    readonly terminals: Pick<Storage['terminals'], 'list' | 'put' | 'delete'>
  }
  readonly sessions: Pick<MachineSessions, 'use' | 'onSignedIn'>
  readonly network: Pick<NetworkWatch, 'onChange'>
  readonly clock: Clock
  readonly log: Log
}

/** The calls of `terminals`: the tabs, and the shells that machines keep. */
export class Terminals implements AsyncDisposable {
  readonly #options: TerminalsOptions
  readonly #tabs = new Map<string, TerminalTab>()
  readonly #feed: Feed<Terminal[]>
  readonly #stop = new AbortController()
  /** What is still being ended on machines. */
  readonly #ending = new Set<Promise<void>>()
  readonly #parts = new DisposableStack()

  /** Tabs of an earlier run rest until somebody looks at them. */
  constructor(options: TerminalsOptions) {
    this.#options = options
    const { storage, network, sessions } = options
    for (const { id, machine } of storage.terminals.list()) {
      if (this.#isKnown(machine)) this.#add({ id, machine, size: firstSize, isKept: true })
      else storage.terminals.delete(id)
    }
    this.#feed = new Feed(this.#values())
    this.#parts.use(network.onChange(() => this.#tabs.forEach((tab) => tab.hurry({ asks: false }))))
    this.#parts.use(storage.onChange(() => this.#forgetMachines()))
    this.#parts.use(sessions.onSignedIn((machine) => this.#signedIn(machine)))
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

  open({ machine, size, kept }: { machine: MachineRef; size: TerminalSize; kept?: string | undefined }): {
    terminalId: string
  } {
    if (!this.#isKnown(machine)) throw notFound('This machine is no longer in the list.')
    if (kept !== undefined && this.#tabs.has(kept)) return { terminalId: kept }
    if (this.#tabs.size >= maxTabs) {
      throw new AppError('limit-reached', `${maxTabs} terminals are open already.`, { limit: maxTabs })
    }
    const tab = this.#add({ id: kept ?? newId('t'), machine, size, isKept: kept !== undefined })
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
    if (end && tab.isKept && tab.value.state.state !== 'ended') this.#endLater(tab.machine, tab.id)
    await tab.close()
  }

  /** For a person who has asked: what the machine asks at the sign-in is put to them. */
  async kept(
    { machine }: { machine: MachineRef },
    { signal }: { signal: AbortSignal },
  ): Promise<KeptShell[]> {
    using use = await this.#options.sessions.use(machine, { asks: true, signal })
    const all = await listKept(use.session, { signal })
    return all.filter(({ id }) => !this.#tabs.has(id))
  }

  /** As `kept`. */
  async endKept(
    { machine, kept }: { machine: MachineRef; kept: string },
    { asks = true, signal }: UseOptions,
  ): Promise<void> {
    using use = await this.#options.sessions.use(machine, { asks, signal })
    await endKept(use.session, kept, { signal })
  }

  #add(part: { id: string; machine: MachineRef; size: TerminalSize; isKept: boolean }): TerminalTab {
    const { sessions, storage, clock } = this.#options
    const tab = new TerminalTab({
      ...part,
      sessions,
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
    if (state === 'open' && tab.isKept) terminals.put({ id: tab.id, machine: tab.machine })
    else if (state === 'ended') terminals.delete(tab.id)
    this.#feed.set(this.#values())
  }

  #remove(tab: TerminalTab): void {
    this.#tabs.delete(tab.id)
    this.#options.storage.terminals.delete(tab.id)
    this.#feed.set(this.#values())
  }

  #isKnown({ kind, id }: MachineRef): boolean {
    const { labs, servers } = this.#options.storage
    return (kind === 'lab' ? labs : servers).get(id) !== undefined
  }

  #forgetMachines(): void {
    for (const tab of this.#tabs.values()) {
      if (this.#isKnown(tab.machine)) continue
      this.#remove(tab)
      void tab.close()
    }
  }

  /** What stands because nobody answered goes on. */
  #signedIn({ kind, id }: MachineRef): void {
    for (const tab of this.#tabs.values()) {
      const isThere = tab.machine.kind === kind && tab.machine.id === id
      if (isThere && tab.value.state.state === 'failed') tab.start({ asks: false })
    }
  }

  /** The tab is gone for the person; a machine that cannot be reached keeps the shell, and lists it when asked. */
  #endLater(machine: MachineRef, terminalId: string): void {
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(askTimeoutMs)])
    const ending = this.endKept({ machine, kept: terminalId }, { asks: false, signal })
      .catch((error: unknown) =>
        this.#options.log.warn('a shell was not ended on its machine', { [machine.kind]: machine.id, error }),
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
