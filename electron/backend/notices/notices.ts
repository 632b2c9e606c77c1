import type { Notice, NoticeEvent, NoticePage, Overview, Settings } from '@nps-desktop/electron/contract'
import { type Clock, every, type Feed, Signal, untilAborted } from '@nps-desktop/relay-core/async'
import { type KnownAbsences, noAbsences } from '@nps-desktop/relay-core/telling'
import { tunnelIdOf } from '../ids.ts'
import type { Relays } from '../relays/relays.ts'
import type { LabRecord, ServerRecord, SettingsStore } from '../storage/records.ts'
import { nextDueMs, nextFaults } from './faults.ts'
import { nextQuotas, type ReachedQuotas } from './reached-quotas.ts'
import { isQuiet, quietForMinutes } from './quiet-hours.ts'
import type { ToldNotice } from './told-notice.ts'

const minuteMs = 60_000
/** What a watcher that does not read may leave waiting. */
const maxWaiting = 20
/** What quiet hours may gather. */
const maxGathered = 50

/** What is asked of the app's data. */
interface Known {
  readonly settings: Pick<SettingsStore, 'get'>
  readonly servers: { list(): readonly Pick<ServerRecord, 'id' | 'local'>[] }
  readonly labs: { list(): readonly Pick<LabRecord, 'id' | 'serverId' | 'clientId' | 'name'>[] }
}

/** Decides what is told now, what is told after quiet hours, and what the front window shows already. */
export class Notices {
  readonly #options: {
    storage: Known
    relays: Pick<Relays, 'view'>
    overview: Feed<Overview>
    clock: Clock
    /** Minutes since midnight, as this computer has it. */
    minuteOfDay: (atMs: number) => number
  }
  readonly #new = new Signal<[notice: Notice]>()
  readonly #looks = new Map<symbol, string>()
  readonly #subscriptions = new DisposableStack()
  readonly #gathered = new Map<string, ToldNotice>()
  #faults: KnownAbsences = noAbsences
  readonly #quotas = new Map<string, ReachedQuotas>()
  #due: Disposable | null = null
  #quietEnd: Disposable | null = null
  #lastId = 0

  constructor(options: {
    storage: Known
    relays: Pick<Relays, 'view'>
    overview: Feed<Overview>
    clock: Clock
    minuteOfDay?: (atMs: number) => number
  }) {
    this.#options = { minuteOfDay, ...options }
  }

  start(): void {
    const { overview, clock } = this.#options
    this.#subscriptions.use(overview.subscribe(() => this.#judgeFaults()))
    this.#subscriptions.use(every(minuteMs, () => this.#eachMinute(), { clock, ref: false }))
    this.#judgeFaults()
  }

  close(): void {
    this.#subscriptions.dispose()
    this.#due?.[Symbol.dispose]()
    this.#quietEnd?.[Symbol.dispose]()
  }

  /** Each from now on, for one who shows them. */
  async *watch(_input: unknown, { signal }: { signal: AbortSignal }): AsyncGenerator<Notice, void, void> {
    const waiting: Notice[] = []
    let wake: () => void = () => undefined
    using _new = this.#new.subscribe((notice) => {
      waiting.push(notice)
      waiting.splice(0, Math.max(0, waiting.length - maxWaiting))
      wake()
    })
    const end = (): void => wake()
    signal.addEventListener('abort', end)
    try {
      while (!signal.aborted) {
        const notice = waiting.shift()
        if (notice) yield notice
        else await new Promise<void>((resolve) => (wake = resolve))
      }
    } finally {
      signal.removeEventListener('abort', end)
    }
  }

  /** Until it ends, what belongs to this page is not told: the front window shows it. */
  async *lookAt(
    { page }: { page: NoticePage },
    { signal }: { signal: AbortSignal },
  ): AsyncGenerator<Record<string, never>, void, void> {
    const key = Symbol('look')
    this.#looks.set(key, JSON.stringify(page))
    try {
      yield {}
      await untilAborted(signal)
    } finally {
      this.#looks.delete(key)
    }
  }

  /** What a person has asked for, or what was found here. */
  tell(told: ToldNotice): void {
    const { storage, clock, minuteOfDay } = this.#options
    const settings = storage.settings.get()
    if (!isWanted(told.event, settings) || this.#isInFront(told)) return
    const minute = minuteOfDay(clock.now())
    if (!isQuiet(settings.quietHours, minute)) return this.#emit(told.cause, told.page, [told.event])
    const before = this.#gathered.get(told.cause)
    // what went and came back while it was quiet is worth no word, and neither is what was away before and is so again
    if (before && isBack(before) !== isBack(told)) this.#gathered.delete(told.cause)
    else if (before || this.#gathered.size < maxGathered) this.#gathered.set(told.cause, told)
    this.#quietEnd ??= clock.after(quietForMinutes(settings.quietHours, minute) * minuteMs, () =>
      this.#tellGathered(),
    )
  }

  /** What waits for the morning has a timer that stands still while the laptop sleeps, and does not learn of other quiet hours. */
  #eachMinute(): void {
    if (this.#gathered.size > 0) this.#tellGathered()
    this.#judgeQuotas()
  }

  #tellGathered(): void {
    this.#quietEnd?.[Symbol.dispose]()
    this.#quietEnd = null
    const { storage, clock, minuteOfDay } = this.#options
    const { quietHours } = storage.settings.get()
    const minute = minuteOfDay(clock.now())
    if (isQuiet(quietHours, minute)) {
      this.#quietEnd = clock.after(quietForMinutes(quietHours, minute) * minuteMs, () => this.#tellGathered())
      return
    }
    const gathered = [...this.#gathered.values()]
    this.#gathered.clear()
    const [only] = gathered
    if (!only) return
    if (gathered.length === 1) this.#emit(only.cause, only.page, [only.event])
    else
      this.#emit(
        'quiet hours',
        { name: 'home' },
        gathered.map(({ event }) => event),
      )
  }

  #emit(cause: string, page: NoticePage, events: NoticeEvent[]): void {
    this.#lastId += 1
    this.#new.emit({ id: this.#lastId, cause, atMs: this.#options.clock.now(), page, events })
  }

  #isInFront({ page, event }: ToldNotice): boolean {
    const shown = new Set(this.#looks.values())
    if (shown.has(JSON.stringify(page))) return true
    // Home shows everything that goes and comes back
    const isOnHome = ['server-away', 'server-back', 'lab-away', 'lab-back', 'service-gone', 'service-back']
    return shown.has(JSON.stringify({ name: 'home' })) && isOnHome.includes(event.code)
  }

  #judgeFaults(): void {
    const { overview, clock } = this.#options
    this.#due?.[Symbol.dispose]()
    this.#due = null
    const nowMs = clock.now()
    const { faults, told } = nextFaults(this.#faults, overview.value, nowMs)
    this.#faults = faults
    for (const one of told) this.tell(one)
    const dueMs = nextDueMs(faults)
    if (dueMs !== null)
      this.#due = clock.after(Math.max(1_000, dueMs - nowMs), () => this.#judgeFaults(), { ref: false })
  }

  #judgeQuotas(): void {
    const { storage, relays } = this.#options
    for (const { id: serverId, local } of storage.servers.list()) {
      const { mirror } = relays.view(serverId)
      if (local || !mirror.clients || !mirror.tunnels) continue
      const clients = mirror.clients
      const labOf = (clientId: number) =>
        storage.labs.list().find((lab) => lab.serverId === serverId && lab.clientId === clientId)
      const names = {
        lab: (clientId: number) =>
          labOf(clientId)?.name ?? clients.find(({ id }) => id === clientId)?.name ?? '',
        labId: (clientId: number) => labOf(clientId)?.id ?? null,
        tunnelId: (relayTunnelId: number) => tunnelIdOf(serverId, relayTunnelId),
      }
      const tunnels = mirror.tunnels.map((tunnel) => ({
        ...tunnel,
        ...mirror.live.get(tunnel.id),
        id: tunnel.id,
      }))
      const { reached, told } = nextQuotas(this.#quotas.get(serverId), { serverId, clients, tunnels }, names)
      this.#quotas.set(serverId, reached)
      for (const one of told) this.tell(one)
    }
  }
}

function isWanted({ code }: NoticeEvent, settings: Settings): boolean {
  switch (code) {
    case 'process-ended':
    case 'gpus-free':
    case 'disk-over':
    case 'memory-over':
      return settings.notifyAlerts
    case 'quota-near':
      return settings.notifyQuotas
    default:
      return settings.notifyFaults
  }
}

function isBack({ event }: ToldNotice): boolean {
  return event.code.endsWith('-back')
}

function minuteOfDay(atMs: number): number {
  const date = new Date(atMs)
  return date.getHours() * 60 + date.getMinutes()
}
