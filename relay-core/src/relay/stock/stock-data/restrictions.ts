import { maxRanges, networkRange, type Limits } from '../../../api/limits.ts'
import type { StockRestrictions } from './stock-records.ts'

/** Whom a record of a stock server, or of a fork, keeps out, as limits here. */
export interface Restrictions {
  readonly limits: Limits
  /** Restrictions, or possible ones, that were not understood: the record must stay disabled. Each is a clause for the report. */
  readonly doubts: string[]
}

/** A client's, a tunnel's or a host's own. */
export function readRestrictions(stock: StockRestrictions): Restrictions {
  const doubts: string[] = stock.unknown.map((name) => `its ${name} is not known here`)
  const deny: string[] = []
  const allow: string[] = []
  const take = (into: string[], entries: readonly string[]) => {
    for (const entry of entries.map((one) => one.trim()).filter((one) => !/^($|[#;])/.test(one))) {
      const range = rangeOf(entry)
      if (range === undefined) doubts.push(`${JSON.stringify(entry.slice(0, 60))} is no address or network`)
      else if (!into.includes(range)) into.push(range)
    }
    if (into.length > maxRanges) doubts.push(`it names more than ${maxRanges} networks`)
  }
  take(deny, stock.BlackIpList)
  if (stock.IpWhite) take(allow, stock.IpWhiteList)
  const rules = stock.EntryAclRules.split('\n')
  if (stock.EntryAclMode === aclModes.allow) take(allow, rules)
  else if (stock.EntryAclMode === aclModes.deny) take(deny, rules)
  else if (stock.EntryAclMode !== aclModes.off)
    doubts.push(`its EntryAclMode ${stock.EntryAclMode} is not known here`)
  const isListed = stock.IpWhite || stock.EntryAclMode === aclModes.allow
  // Here an empty list lets everyone in.
  if (isListed && allow.length === 0) doubts.push('it lets in only who is on a list, and the list is empty')
  const expiresAtMs = expiryOf(stock, doubts)
  return {
    limits: {
      ...(expiresAtMs !== undefined && { expiresAtMs }),
      ...(allow.length > 0 && { allow }),
      ...(deny.length > 0 && { deny }),
      ...(stock.RateLimit > 0 && { rateBytesPerSecond: stock.RateLimit * 1024 }),
      ...quotaOf(stock),
      ...(stock.MaxConn > 0 && { maxConnections: stock.MaxConn }),
    },
    doubts,
  }
}

/** What the whole server keeps out, added to one client's limits, so that its tunnels refuse the same visitors as before. */
export function withServerWide(own: Restrictions, wide: Restrictions): Restrictions {
  const { allow = [], deny = [] } = wide.limits
  const doubts = [...own.doubts, ...wide.doubts.map((doubt) => `global.json: ${doubt}`)]
  if (own.limits.allow && allow.length > 0)
    doubts.push('global.json: it has a list of who may come in, as the client has')
  const allowed = own.limits.allow ?? allow
  const denied = [...new Set([...(own.limits.deny ?? []), ...deny])]
  if (denied.length > maxRanges) doubts.push(`global.json: with it there are more than ${maxRanges} networks`)
  return {
    limits: {
      ...own.limits,
      ...(allowed.length > 0 && { allow: allowed }),
      ...(denied.length > 0 && { deny: denied }),
    },
    doubts,
  }
}

/** The end of a note: why an imported record does nothing yet. */
export function stayClosed(doubts: readonly string[]): string[] {
  return doubts.length === 0 ? [] : [...doubts, 'so it is taken disabled: set its limits, then enable it']
}

const aclModes = { off: 0, allow: 1, deny: 2 }

/** An address, a network, or IPv4 whose last parts are `*`; undefined for anything else, such as `geoip:cn`. */
function rangeOf(entry: string): string | undefined {
  const stars = /^((?:\d{1,3}\.){1,3})\*(?:\.\*)*$/.exec(entry)
  const parts = stars?.[1]?.split('.').filter((part) => part !== '') ?? []
  const isWhole = entry.split('.').length === 4
  const range = stars && isWhole ? `${[...parts, 0, 0, 0].slice(0, 4).join('.')}/${parts.length * 8}` : entry
  return networkRange.safeParse(range).success ? range : undefined
}

function expiryOf({ ExpireTime, ExpireAt, Flow }: StockRestrictions, doubts: string[]): number | undefined {
  const dates: number[] = []
  if (ExpireAt > 0) dates.push(ExpireAt * 1000)
  // Go writes the year 1 when no date is set.
  if (Flow.TimeLimit !== '' && !Flow.TimeLimit.startsWith('0001-')) {
    const date = Date.parse(Flow.TimeLimit)
    if (date > 0) dates.push(date)
    else doubts.push(`its TimeLimit ${JSON.stringify(Flow.TimeLimit.slice(0, 40))} is no date`)
  }
  if (ExpireTime.trim() !== '') {
    const date = localDate(ExpireTime.trim())
    if (date === undefined)
      doubts.push(`its ExpireTime ${JSON.stringify(ExpireTime.slice(0, 40))} is no date`)
    else dates.push(date)
  }
  return dates.length > 0 ? Math.min(...dates) : undefined
}

/** `2026-01-31 23:59:59` in the server's time, also with `T`, without seconds or without a time of day. */
function localDate(text: string): number | undefined {
  const parts = /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d))?)?$/.exec(text)
  if (!parts) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
    .slice(1)
    .map((part) => Number(part ?? 0))
  const date = new Date(year, month - 1, day, hour, minute, second)
  // A day that the month does not have would roll over into the next.
  return date.getMonth() === month - 1 && date.getDate() === day && date.getTime() > 0
    ? date.getTime()
    : undefined
}

/** In bytes, or in MiB as in stock. */
function quotaOf({ FlowLimit, Flow }: StockRestrictions): Pick<Limits, 'quotaBytes'> {
  if (FlowLimit > 0) return { quotaBytes: FlowLimit }
  return Flow.FlowLimit > 0 ? { quotaBytes: Flow.FlowLimit * 1024 * 1024 } : {}
}
