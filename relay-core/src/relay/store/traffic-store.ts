import type { TrafficHistory } from '../../api/traffic-models.ts'
import { monthAround } from '../../api/calendar-month.ts'
import type { StateFile } from './state-file.ts'
import { StoredRow } from './stored-row.ts'

/** What a tunnel has carried in one minute or less. */
export interface StoredTrafficPoint {
  /** A time within that minute. */
  readonly atMs: number
  readonly tunnelId: number
  readonly clientId: number
  readonly downBytes: number
  readonly upBytes: number
}

const minuteMs = 60_000
const hourMs = 60 * minuteMs
/** One point per minute is kept for 48 hours, one per hour for 90 days. */
const keepMinutesMs = 48 * hourMs
const keepHoursMs = 90 * 24 * hourMs

export const historyRanges = {
  hour: { table: 'traffic_minutes', periodMs: minuteMs, points: 60 },
  day: { table: 'traffic_minutes', periodMs: 5 * minuteMs, points: 288 },
  week: { table: 'traffic_hours', periodMs: hourMs, points: 168 },
  /** 30 days */
  month: { table: 'traffic_hours', periodMs: 6 * hourMs, points: 120 },
} as const

/** Whose history: one tunnel's, or that of the tunnels which a client has; of all tunnels together, removed ones too, without both. */
export interface HistoryOf {
  readonly tunnelId?: number | undefined
  readonly clientId?: number | undefined
}

/** Traffic over time in the state file, and the times at which the relay ran. */
export class TrafficStore {
  readonly #database: StateFile
  readonly #startedAtMs: number

  /** `startedAtMs` names this run of the relay. */
  constructor(database: StateFile, startedAtMs: number) {
    this.#database = database
    this.#startedAtMs = startedAtMs
  }

  /** Adds points to totals, minutes and hours, and notes that the relay runs. */
  record(points: readonly StoredTrafficPoint[], nowMs: number): void {
    this.#database.transaction(() => {
      this.#database
        .prepare('insert into runs values (?, ?) on conflict do update set last_at_ms = excluded.last_at_ms')
        .run(this.#startedAtMs, nowMs)
      const total = this.#totalling('tunnels')
      const ofClient = this.#totalling('clients')
      const minute = this.#adding('traffic_minutes')
      const hour = this.#adding('traffic_hours')
      for (const { atMs, tunnelId, clientId, downBytes, upBytes } of points) {
        const monthMs = monthAround(atMs).startMs
        const bytes = downBytes + upBytes
        total.run(downBytes, upBytes, monthMs, bytes, monthMs, tunnelId)
        ofClient.run(downBytes, upBytes, monthMs, bytes, monthMs, clientId)
        minute.run(atMs - (atMs % minuteMs), tunnelId, downBytes, upBytes)
        hour.run(atMs - (atMs % hourMs), tunnelId, downBytes, upBytes)
      }
    })
  }

  /** Drops what is older than that. */
  prune(nowMs: number): void {
    this.#database.prepare('delete from traffic_minutes where at_ms < ?').run(nowMs - keepMinutesMs)
    this.#database.prepare('delete from traffic_hours where at_ms < ?').run(nowMs - keepHoursMs)
    this.#database.prepare('delete from runs where last_at_ms < ?').run(nowMs - keepHoursMs)
  }

  /** The last point is the running period. */
  history(
    range: keyof typeof historyRanges,
    nowMs: number,
    { tunnelId, clientId }: HistoryOf = {},
  ): TrafficHistory {
    const { table, periodMs, points } = historyRanges[range]
    const firstMs = nowMs - (nowMs % periodMs) - (points - 1) * periodMs
    const rows = this.#database
      .prepare(
        `select at_ms - at_ms % ? as at, sum(down_bytes) as down, sum(up_bytes) as up from ${table}
         where at_ms >= ? and (? is null or tunnel_id = ?)
           and (? is null or tunnel_id in (select id from tunnels where client_id = ?)) group by at`,
      )
      .all(periodMs, firstMs, ...twice(tunnelId), ...twice(clientId))
      .map((values) => new StoredRow(table, values))
    const byTime = new Map(rows.map((row) => [row.integer('at'), row]))
    const runs = this.#database
      .prepare('select started_at_ms, last_at_ms from runs where last_at_ms >= ?')
      .all(firstMs)
      .map((values) => new StoredRow('runs', values))
      .map((row) => ({ from: row.integer('started_at_ms'), to: row.integer('last_at_ms') }))
    return {
      periodMs,
      points: Array.from({ length: points }, (_, index) => {
        const atMs = firstMs + index * periodMs
        const row = byTime.get(atMs)
        const ran = runs.some(({ from, to }) => from < atMs + periodMs && to >= atMs)
        const silence = ran ? 0 : null
        return {
          atMs,
          downBytes: row?.integer('down') ?? silence,
          upBytes: row?.integer('up') ?? silence,
        }
      }),
    }
  }

  /** Points come in the order of their minutes: one of an earlier month than is stored means that the clock was set back. */
  #totalling(table: 'tunnels' | 'clients') {
    return this.#database.prepare(
      `update ${table} set down_bytes = down_bytes + ?, up_bytes = up_bytes + ?,
         month_bytes = iif(month_start_ms < ?, 0, month_bytes) + ?, month_start_ms = ?
       where id = ?`,
    )
  }

  #adding(table: 'traffic_minutes' | 'traffic_hours') {
    return this.#database.prepare(
      `insert into ${table} (at_ms, tunnel_id, down_bytes, up_bytes) values (?, ?, ?, ?)
       on conflict do update set down_bytes = down_bytes + excluded.down_bytes, up_bytes = up_bytes + excluded.up_bytes`,
    )
  }
}

/** For a placeholder that is asked whether it is null, and compared. */
function twice(id: number | undefined): [number | null, number | null] {
  return [id ?? null, id ?? null]
}
