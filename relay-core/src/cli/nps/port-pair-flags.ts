import { type TunnelMode, tunnelModes } from '../../api/tunnel-modes.ts'
import { pairPorts } from '../../api/words/port-pairs.ts'
import { usageError } from '../shared/flags.ts'

/** More at once is a mistake. */
const maxPairs = 1_000

/** `-port` and `-target` → one pair per tunnel, or what has to be written instead. */
export function readPortPairs(
  port: string | undefined,
  target: string,
): readonly { port: number | null; target: string }[] {
  const pairs = pairPorts(port ?? '', target, { maxPairs })
  if (!('fault' in pairs)) return pairs
  switch (pairs.fault) {
    case 'unequal':
      throw usageError(
        `-port has ${pairs.ports} ports and -target ${pairs.targets}: they need to be as many.`,
      )
    case 'many':
      throw usageError(`-port=${port} are more than ${maxPairs} ports.`)
    default:
      throw usageError(`-${pairs.fault} needs a port, or a range such as 9001-9009, not "${pairs.text}".`)
  }
}

/** A port or a target that the mode has no use for would be kept, shown and do nothing. */
export function refuseUseless(mode: TunnelMode, { port, target }: { port?: string; target?: string }): void {
  if (target !== undefined && !tunnelModes[mode].hasTarget)
    throw usageError(`-mode=${mode} takes no -target.`)
  if (port !== undefined && tunnelModes[mode].port === null) throw usageError(`-mode=${mode} takes no -port.`)
}
