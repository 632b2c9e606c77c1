import { maxRangeTunnels } from '@nps-desktop/electron/contract'
import { pairPorts, takesSetting, tunnelModes } from '@nps-desktop/relay-core/api'
import type { PortPair, PortPairFault, TunnelMode } from '@nps-desktop/relay-core/api'
import { parsePort } from './tunnel-form.ts'

/** Of what is typed for a tunnel, what says which ports it takes. */
interface RangeDraft {
  readonly mode: TunnelMode
  readonly port: string
  readonly target: string
  readonly isNew: boolean
}

/** Several ports at once, each of them a tunnel: of modes with a port and a target, and of new ones, as a tunnel has one port. */
export function takesRange({ mode, isNew }: RangeDraft): boolean {
  const { port, hasTarget } = tunnelModes[mode]
  const isPlain = !takesSetting(mode, 'host') && !takesSetting(mode, 'folder')
  return isNew && isPlain && port !== null && hasTarget
}

/** The tunnels that the draft makes, mostly one; or why it makes none. */
export function pairsOf(draft: RangeDraft): readonly PortPair[] | PortPairFault {
  if (takesRange(draft)) return pairPorts(draft.port, draft.target, { maxPairs: maxRangeTunnels })
  const port = parsePort(draft.port)
  if (port === null && draft.port.trim() !== '') return { fault: 'port', text: draft.port }
  return [{ port, target: draft.target }]
}

/** How many tunnels the draft makes; 0 while it makes none. */
export function tunnelCount(draft: RangeDraft): number {
  const pairs = pairsOf(draft)
  return 'fault' in pairs ? 0 : pairs.length
}
