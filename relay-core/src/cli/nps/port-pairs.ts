import { usageError } from '../shared/flags.ts'

/** More at once is a mistake. */
const maxPairs = 1_000

/**
 * `-port` and `-target` → one pair per tunnel. A range of ports goes with a range of the same length in the target:
 * `9001-9003` and `127.0.0.1:8001-8003`, or `8001-8003`, or one and the same target for all.
 */
export function readPortPairs(
  port: string | undefined,
  target: string,
): { port: number | undefined; target: string }[] {
  if (port === undefined || port === '') return [{ port: undefined, target }]
  const ports = readRange(port, 'port')
  const match = /^(.*?)(\d{1,5}-\d{1,5})$/.exec(target)
  if (!match) return ports.map((one) => ({ port: one, target }))
  const [, host = '', range = ''] = match
  const targets = readRange(range, 'target')
  if (targets.length !== ports.length) {
    throw usageError(
      `-port has ${ports.length} ports and -target ${targets.length}: they need to be as many.`,
    )
  }
  return ports.map((one, index) => ({ port: one, target: `${host}${targets[index]}` }))
}

function readRange(text: string, flag: string): number[] {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text)
  const first = Number(match?.[1])
  const last = Number(match?.[2] ?? match?.[1])
  if (!match || first < 1 || last > 65535 || last < first)
    throw usageError(`-${flag} needs a port, or a range such as 9001-9009, not "${text}".`)
  if (last - first >= maxPairs) throw usageError(`-${flag}=${text} are more than ${maxPairs} ports.`)
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}
