import { randomUUID } from 'node:crypto'
import type { AlertWish, LabAlert, LabReading } from '@nps-desktop/electron/contract'
import { Feed } from '@nps-desktop/relay-core/async'
import { AppError } from '../failures/app-error.ts'
import type { CardReading } from '../lab-card/card-reading.ts'
import type { LabCards } from '../lab-card/lab-cards.ts'
import type { LabRecord, Storage } from '../storage/records.ts'
import { noLab } from '../storage/stored-machine.ts'
import { eventOf, wishBySetClock } from './alert-rules.ts'
import type { ServerWatches } from './server-watches.ts'
import type { ToldNotice } from './told-notice.ts'

/** Of one lab box. */
const maxAlerts = 32

/** What is asked of the app's data. */
interface Kept extends Pick<Storage, 'onChange' | 'whenPossible'> {
  readonly labs: { get(id: string): Pick<LabRecord, 'name'> | undefined }
  readonly alerts: Pick<Storage['alerts'], 'list' | 'put' | 'delete'>
}

/** What a person has asked to be told of lab boxes: kept over restarts, each gone when it has been told. */
export class Alerts {
  readonly #storage: Kept
  readonly #cards: Pick<LabCards, 'need' | 'onReading'>
  readonly #tell: (told: ToldNotice) => void
  readonly #server: Pick<ServerWatches, 'add' | 'remove'>
  readonly #feed: Feed<readonly LabAlert[]>
  readonly #needs = new Map<string, Disposable>()
  readonly #last = new Map<string, LabReading>()
  readonly #subscriptions = new DisposableStack()

  constructor(options: {
    storage: Kept
    cards: Pick<LabCards, 'need' | 'onReading'>
    tell: (told: ToldNotice) => void
    /** Tells them too, also while this app does not run. */
    server: Pick<ServerWatches, 'add' | 'remove'>
  }) {
    this.#storage = options.storage
    this.#cards = options.cards
    this.#tell = options.tell
    this.#server = options.server
    this.#feed = new Feed<readonly LabAlert[]>(this.#storage.alerts.list())
  }

  start(): void {
    this.#subscriptions.use(this.#cards.onReading((labId, reading) => this.#judge(labId, reading)))
    // a lab box that is removed takes its alerts with it
    this.#subscriptions.use(this.#storage.onChange(() => this.#change()))
    this.#change()
  }

  close(): void {
    this.#subscriptions.dispose()
    for (const need of this.#needs.values()) need[Symbol.dispose]()
    this.#feed.close()
  }

  async *watch(
    { labId }: { labId: string },
    { signal }: { signal: AbortSignal },
  ): AsyncGenerator<LabAlert[], void, void> {
    let shown: string | null = null
    for await (const all of this.#feed.watch(signal)) {
      const own = all.filter((alert) => alert.labId === labId)
      const text = JSON.stringify(own)
      if (text !== shown) yield own
      shown = text
    }
  }

  add({ labId, wish }: { labId: string; wish: AlertWish }): { alertId: string } {
    if (!this.#storage.labs.get(labId)) throw noLab()
    const own = this.#storage.alerts.list().filter((alert) => alert.labId === labId)
    const same = own.find((alert) => JSON.stringify(alert.wish) === JSON.stringify(wish))
    if (same) return { alertId: same.id }
    if (own.length >= maxAlerts)
      throw new AppError('limit-reached', `There are ${maxAlerts} alerts already.`, { limit: maxAlerts })
    const alert: LabAlert = { id: randomUUID(), labId, wish }
    this.#storage.alerts.put(alert)
    this.#change()
    void this.#tellServer(alert)
    return { alertId: alert.id }
  }

  remove({ alertId }: { alertId: string }): void {
    const alert = this.#storage.alerts.list().find(({ id }) => id === alertId)
    this.#storage.alerts.delete(alertId)
    this.#change()
    if (alert) void this.#server.remove(alert)
  }

  /** One that was removed meanwhile is taken back there too. */
  async #tellServer(alert: LabAlert): Promise<void> {
    const toldClosed = await this.#server.add(alert)
    if (toldClosed === null || this.#subscriptions.disposed) return
    if (!this.#storage.alerts.list().some(({ id }) => id === alert.id)) return void this.#server.remove(alert)
    this.#storage.whenPossible(`alert ${alert.id}`, () => this.#storage.alerts.put({ ...alert, toldClosed }))
    this.#change()
  }

  #judge(labId: string, { reading, exitCodes }: CardReading): void {
    const lab = this.#storage.labs.get(labId)?.name ?? ''
    const before = this.#last.get(labId) ?? null
    this.#last.set(labId, reading)
    for (const alert of this.#feed.value.filter((one) => one.labId === labId)) {
      const { id, wish } = alert
      const bySetClock = wishBySetClock(wish, { reading, before })
      if (bySetClock) {
        this.#replace(alert, bySetClock)
        continue
      }
      const event = eventOf(wish, { lab, reading, before, exitCodes })
      if (!event) continue
      this.#storage.whenPossible(`alert ${id}`, () => this.#storage.alerts.delete(id))
      this.#tell({ cause: `alert ${id}`, page: { name: 'lab', labId }, event })
    }
    this.#change()
  }

  /** Here and on the server. */
  #replace(alert: LabAlert, wish: AlertWish): void {
    const now: LabAlert = { ...alert, wish }
    this.#storage.whenPossible(`alert ${alert.id}`, () => this.#storage.alerts.put(now))
    void this.#server.remove(alert)
    void this.#tellServer(now)
  }

  /** Each lab box with an alert is read, with the processes that are waited for. */
  #change(): void {
    const alerts = this.#storage.alerts.list().filter(({ labId }) => this.#storage.labs.get(labId))
    if (JSON.stringify(alerts) !== JSON.stringify(this.#feed.value)) this.#feed.set(alerts)
    const wanted = new Map<string, number[]>()
    for (const { labId, wish } of alerts) {
      const pids = wanted.get(labId) ?? []
      if (wish.kind === 'process-ends') pids.push(wish.pid)
      wanted.set(labId, pids)
    }
    const keys = new Map<string, { labId: string; pids: number[] }>(
      [...wanted].map(([labId, pids]) => [`${labId} ${pids.join(' ')}`, { labId, pids }] as const),
    )
    for (const [key, { labId, pids }] of keys)
      if (!this.#needs.has(key)) this.#needs.set(key, this.#cards.need(labId, pids))
    for (const [key, need] of this.#needs) {
      if (keys.has(key)) continue
      this.#needs.delete(key)
      need[Symbol.dispose]()
    }
  }
}
