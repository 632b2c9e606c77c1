import { clientLimits, type ClientLimits } from '../../api/limits.ts'
import { usageError } from '../shared/flags.ts'

export const limitFlags = {
  rate: 'text',
  rate_down: 'text',
  rate_up: 'text',
  quota: 'text',
  month_quota: 'text',
  max_conn: 'text',
  expires: 'text',
  allow: 'text',
  deny: 'text',
} as const

export const limitUsage = `Limits, each removed by an empty value: -rate, -rate_down, -rate_up (bytes per second: 500K, 2M), -quota (total bytes: 10G),
-month_quota (bytes in a calendar month, UTC: 50G), -max_conn=100, -expires=2027-01-31, -allow and -deny (addresses and networks: 203.0.113.7,10.0.0.0/8).`

type LimitValues = { readonly [K in keyof typeof limitFlags]?: string } & { readonly max_tunnel?: string }

/** The flags applied to the existing limits; an empty value removes one. */
export function readLimits(flags: LimitValues, before: ClientLimits): ClientLimits {
  const after: Record<string, unknown> = { ...before }
  const put = (key: keyof ClientLimits, text: string | undefined, read: (text: string) => unknown) => {
    if (text === '') delete after[key]
    else if (text !== undefined) after[key] = read(text)
  }
  put('rateBytesPerSecond', flags.rate, (text) => readBytes(text, 'rate'))
  put('downBytesPerSecond', flags.rate_down, (text) => readBytes(text, 'rate_down'))
  put('upBytesPerSecond', flags.rate_up, (text) => readBytes(text, 'rate_up'))
  put('quotaBytes', flags.quota, (text) => readBytes(text, 'quota'))
  put('monthlyQuotaBytes', flags.month_quota, (text) => readBytes(text, 'month_quota'))
  put('maxConnections', flags.max_conn, (text) => readCount(text, 'max_conn'))
  put('maxTunnels', flags.max_tunnel, (text) => readCount(text, 'max_tunnel'))
  put('expiresAtMs', flags.expires, readDate)
  put('allow', flags.allow, readList)
  put('deny', flags.deny, readList)
  const read = clientLimits.safeParse(after)
  if (read.success) return read.data
  const [issue] = read.error.issues
  throw usageError(`-${String(issue?.path[0] ?? 'limit')} needs addresses such as 203.0.113.7 or 10.0.0.0/8.`)
}

/** `500`, `500K`, `2M`, `1.5G`: powers of 1024. */
function readBytes(text: string, flag: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?$/i.exec(text)
  const power = ['', 'K', 'M', 'G', 'T'].indexOf((match?.[2] ?? '').toUpperCase())
  const bytes = Math.round(Number(match?.[1]) * 1024 ** power)
  if (!match || bytes < 1 || !Number.isSafeInteger(bytes))
    throw usageError(`-${flag} needs a size such as 500K, 2M or 1G, not "${text}".`)
  return bytes
}

function readCount(text: string, flag: string): number {
  const count = Number(text)
  if (!Number.isSafeInteger(count) || count < 1)
    throw usageError(`-${flag} needs a number from 1, not "${text}".`)
  return count
}

function readDate(text: string): number {
  // a date alone means the end of that day, in the server's time zone
  const atMs = Date.parse(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T23:59:59` : text)
  if (!Number.isFinite(atMs)) throw usageError(`-expires needs a date such as 2027-01-31, not "${text}".`)
  return atMs
}

function readList(text: string): string[] {
  return text.split(',').map((one) => one.trim())
}
