import type { PortRange, PortState } from '@nps-desktop/electron/contract'
import { someAtOnce } from '../some-at-once.ts'
import { tryingOrder } from './port-cells.ts'
import { type PortAnswer, tryPort } from './try-port.ts'

/** At once, below the 256 open files that macOS gives a program by default. */
const parallel = 160
/** A SYN is sent again after 1 s, so a single lost packet is forgiven. */
const timeoutMs = 1_500
/** Where no more than these are silent among many, they are asked again: a computer that stood still has met that many deadlines. */
const maxAskedAgain = 2 * parallel

export interface ScanOptions {
  /** Ports that other programs on the server listen on. */
  readonly used: ReadonlySet<number>
  /** After the samples, and then now and again: everything known so far. */
  readonly onProgress: (states: ReadonlyMap<number, PortState>) => void
  /** Only a few of each fifty, in about two seconds. */
  readonly samplesOnly?: boolean | undefined
  readonly signal: AbortSignal
  /** Another way to try a port, in tests. */
  readonly tryOne?: typeof tryPort
}

/** Tries a few ports of each fifty, then all, from this computer; and once more those few that alone have not answered. */
export async function scanPorts(
  host: string,
  range: PortRange,
  { used, onProgress, samplesOnly = false, signal, tryOne = tryPort }: ScanOptions,
): Promise<Map<number, PortState>> {
  const states = new Map<number, PortState>()
  const tryAll = async (ports: readonly number[]): Promise<void> => {
    await someAtOnce(ports, parallel, async (port) => {
      if (signal.aborted) return
      const { answer } = await tryOne(host, port, { timeoutMs, signal })
      states.set(port, stateOf(answer, used.has(port)))
      if (states.size % 40 === 0) onProgress(states)
    })
    signal.throwIfAborted()
    onProgress(states)
  }
  const { samples, rest } = tryingOrder(range)
  await tryAll(samples)
  if (samplesOnly) return states
  await tryAll(rest)
  const silent = [...states].filter(([, state]) => state === 'no-answer').map(([port]) => port)
  if (silent.length > 0 && silent.length <= maxAskedAgain && silent.length < states.size) await tryAll(silent)
  return states
}

export function stateOf(answer: PortAnswer, isUsed: boolean): PortState {
  switch (answer) {
    case 'accepted':
      return isUsed ? 'used' : 'open'
    case 'refused':
      return 'refused-open'
    case 'prohibited':
      return 'closed-on-server'
    case 'silent':
    case 'no-network':
      return 'no-answer'
  }
}
