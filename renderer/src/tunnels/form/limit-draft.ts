import { networkRange } from '@nps-desktop/relay-core/api'
import type { ClientLimits, Limits } from '@nps-desktop/relay-core/api'

/** Limits as they are typed; an empty field sets none. */
export interface LimitDraft {
  /** Mbit/s, to visitors. */
  down: string
  /** Mbit/s, from visitors. */
  up: string
  /** Mbit/s, both directions together. */
  both: string
  /** GB in a calendar month, both directions together. */
  month: string
  /** GB since it was made, both directions together. */
  total: string
  connections: string
  /** A day as `<input type="date">` writes it; the last one. */
  until: string
  /** Addresses and networks with commas between. */
  allow: string
  deny: string
  /** Of a lab box only. */
  tunnels: string
}
export type LimitField = keyof LimitDraft

/** Decimal, as network speeds and providers' quotas are told. */
const bytesPerMbit = 1e6 / 8
const bytesPerGb = 1e9

export function emptyLimits(): LimitDraft {
  return {
    down: '',
    up: '',
    both: '',
    month: '',
    total: '',
    connections: '',
    until: '',
    allow: '',
    deny: '',
    tunnels: '',
  }
}

/** A total of nothing, which only a command line sets, is an empty field: typed, it would mean “no limit” to most. */
export function limitDraftOf(limits: ClientLimits): LimitDraft {
  return {
    down: numeral(limits.downBytesPerSecond, bytesPerMbit),
    up: numeral(limits.upBytesPerSecond, bytesPerMbit),
    both: numeral(limits.rateBytesPerSecond, bytesPerMbit),
    month: numeral(limits.monthlyQuotaBytes, bytesPerGb),
    total: numeral(limits.quotaBytes || undefined, bytesPerGb),
    connections: limits.maxConnections === undefined ? '' : String(limits.maxConnections),
    until: limits.expiresAtMs === undefined ? '' : dayBefore(limits.expiresAtMs),
    allow: (limits.allow ?? []).join(', '),
    deny: (limits.deny ?? []).join(', '),
    tunnels: limits.maxTunnels === undefined ? '' : String(limits.maxTunnels),
  }
}

/** As the relay takes them; what the form does not show, or was not touched in it, stays as it was `before`. */
export function limitsOf(draft: LimitDraft, before: ClientLimits = {}): ClientLimits {
  const shown = limitDraftOf(before)
  const limits: ClientLimits = { ...before }
  const isTouched = (field: LimitField): boolean => draft[field].trim() !== shown[field]
  const put = <Name extends keyof ClientLimits>(name: Name, value: ClientLimits[Name] | null): void => {
    if (value === null) delete limits[name]
    else limits[name] = value
  }
  if (isTouched('down')) put('downBytesPerSecond', amountOf(draft.down, bytesPerMbit))
  if (isTouched('up')) put('upBytesPerSecond', amountOf(draft.up, bytesPerMbit))
  if (isTouched('both')) put('rateBytesPerSecond', amountOf(draft.both, bytesPerMbit))
  if (isTouched('month')) put('monthlyQuotaBytes', amountOf(draft.month, bytesPerGb))
  if (isTouched('total')) put('quotaBytes', amountOf(draft.total, bytesPerGb))
  if (isTouched('connections')) put('maxConnections', countOf(draft.connections))
  if (isTouched('tunnels')) put('maxTunnels', countOf(draft.tunnels))
  if (isTouched('until')) put('expiresAtMs', endOf(draft.until))
  if (isTouched('allow')) put('allow', rangesOf(draft.allow))
  if (isTouched('deny')) put('deny', rangesOf(draft.deny))
  return limits
}

/** The fields whose text cannot be right. */
export function wrongLimits(draft: LimitDraft): LimitField[] {
  const isNoAmount = (text: string, unit: number): boolean =>
    text.trim() !== '' && amountOf(text, unit) === null
  const isWrong: Record<LimitField, boolean> = {
    down: isNoAmount(draft.down, bytesPerMbit),
    up: isNoAmount(draft.up, bytesPerMbit),
    both: isNoAmount(draft.both, bytesPerMbit),
    month: isNoAmount(draft.month, bytesPerGb),
    total: isNoAmount(draft.total, bytesPerGb),
    connections: draft.connections.trim() !== '' && countOf(draft.connections) === null,
    tunnels: draft.tunnels.trim() !== '' && countOf(draft.tunnels) === null,
    until: draft.until !== '' && endOf(draft.until) === null,
    allow: !listOf(draft.allow).every(isRange),
    deny: !listOf(draft.deny).every(isRange),
  }
  return (Object.keys(isWrong) as LimitField[]).filter((field) => isWrong[field])
}

/** An address or a network. */
export function isRange(text: string): boolean {
  return networkRange.safeParse(text).success
}

/** What stands between the commas or spaces. */
export function listOf(text: string): string[] {
  return text.split(/[\s,，]+/).filter((part) => part !== '')
}

/** The day of the last moment before this instant, where the person is. */
function dayBefore(atMs: number): string {
  const date = new Date(atMs - 1)
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

/** The first moment after that day, where the person is; null for no day. */
function endOf(day: string): number | null {
  const [year, month, date] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day)?.slice(1).map(Number) ?? []
  if (year === undefined || month === undefined || date === undefined) return null
  return new Date(year, month - 1, date + 1).getTime()
}

function amountOf(text: string, unit: number): number | null {
  const value = /^\d+([.,]\d+)?$/.test(text.trim()) ? Number(text.trim().replace(',', '.')) * unit : 0
  const whole = Math.round(value)
  return whole >= 1 && Number.isSafeInteger(whole) ? whole : null
}

function countOf(text: string): number | null {
  const value = /^\d+$/.test(text.trim()) ? Number(text) : 0
  return value >= 1 && Number.isSafeInteger(value) ? value : null
}

function rangesOf(text: string): Limits['allow'] | null {
  const ranges = listOf(text)
  return ranges.length === 0 ? null : ranges
}

/** To the byte, without digits that say nothing. */
function numeral(bytes: number | undefined, unit: number): string {
  return bytes === undefined ? '' : (bytes / unit).toFixed(9).replace(/\.?0+$/, '')
}
