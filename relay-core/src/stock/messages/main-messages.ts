import { encodePrefixed } from './length-prefixed.ts'

/** What travels on a `main` connection: flags of four bytes to the agent, health reports to the relay. */

export const mainFlag = { replaced: 'clse', holePunching: 'udpc' } as const
export const mainFlagBytes = 4

const separator = '*#*'

export interface HealthReport {
  readonly target: string
  readonly up: boolean
}

/** `i32le length | target *#* 1 or 0 *#*`. */
export function encodeHealthReport({ target, up }: HealthReport): Buffer {
  return encodePrefixed(`${target}${separator}${up ? 1 : 0}${separator}`)
}

/** Reads the text after the length; throws a `RangeError` on any other. */
export function decodeHealthReport(text: Buffer): HealthReport {
  const [target, up, rest, ...more] = text.toString().split(separator)
  if (!target || (up !== '0' && up !== '1') || rest !== '' || more.length > 0)
    throw new RangeError('not a health report')
  return { target, up: up === '1' }
}
