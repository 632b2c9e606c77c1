import type { RelayCalls } from '../../api/call-by-name.ts'
import type { Form } from './form.ts'

export interface EndpointContext {
  readonly form: Form
  readonly calls: RelayCalls
  readonly bridgePort: number
  /** The server's name as the caller knows it. */
  readonly host: string
  /** The folder that relative paths of certificates start from. */
  readonly runPath: string
}

/** One path of the stock web API. A RelayError becomes stock's `{"status": 0, "msg": …}`. */
export interface StockEndpoint {
  readonly changes: boolean
  readonly answer: (context: EndpointContext) => Promise<object>
}

export function done(msg: string): object {
  return { status: 1, msg }
}

/** Stock's answer to a request for one record. */
export function found(data: object | undefined): object {
  return data ? { code: 1, data } : { code: 0 }
}

/** One page of a list: `offset`, `limit` (none: all), `sort` by a field, `order` asc or desc; `total` counts all. */
export function page<T extends { Id: number }>(form: Form, rows: readonly T[]): { rows: T[]; total: number } {
  const field = form.text('sort')
  const sorted = rows.toSorted((a, b) => compare(valueOf(a, field), valueOf(b, field)) || a.Id - b.Id)
  if (form.text('order') === 'desc') sorted.reverse()
  const offset = form.count('offset')
  const limit = form.count('limit') || sorted.length
  return { rows: sorted.slice(offset, offset + limit), total: rows.length }
}

function valueOf(row: object, field: string): unknown {
  return Object.hasOwn(row, field) ? (row as Record<string, unknown>)[field] : undefined
}

function compare(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return typeof a === 'string' && typeof b === 'string' ? a.localeCompare(b) : 0
}
