import { isIP } from 'node:net'
import { RelayError } from '../../api/errors.ts'
import type { ClientLimits } from '../../api/limits.ts'

const isNumber = (value: unknown) => typeof value === 'number'
const isRanges = (value: unknown) => Array.isArray(value) && value.every(isRange)

const forms: Readonly<Record<keyof ClientLimits, (value: unknown) => boolean>> = {
  rateBytesPerSecond: isNumber,
  downBytesPerSecond: isNumber,
  upBytesPerSecond: isNumber,
  quotaBytes: isNumber,
  monthlyQuotaBytes: isNumber,
  maxConnections: isNumber,
  maxTunnels: isNumber,
  expiresAtMs: isNumber,
  allow: isRanges,
  deny: isRanges,
}

/**
 * The state file may hold limits that a later version has stored, of a name or in a form of its own. To leave one out would let in whom it keeps out.
 * Without the schema of the API, which would cost an idle relay memory.
 * @throws RelayError `mode-unsupported`
 */
export function checkReadable(owner: string, limits: ClientLimits): void {
  for (const [name, value] of Object.entries<unknown>(limits)) {
    const isReadable = Object.hasOwn(forms, name) ? forms[name as keyof ClientLimits] : undefined
    if (value === undefined || isReadable?.(value) === true) continue
    throw new RelayError(
      'mode-unsupported',
      `The ${owner} has a limit that only a later version of nps can read: ${name}. Update nps.`,
    )
  }
}

function isRange(value: unknown): boolean {
  if (typeof value !== 'string') return false
  const [address = '', prefix = '0', ...more] = value.split('/')
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1
  return more.length === 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= bits
}
