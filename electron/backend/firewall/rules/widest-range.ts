import type { PortRange } from '@nps-desktop/electron/contract'

/** What setting up opens by default, and where the relay looks for a free port when `allow_ports` is empty. */
export const usualRange: PortRange = { from: 7000, to: 9000 }

/**
 * The widest range of an `allow_ports` value such as `7000-9000,10001`: there new tunnels find room. Answers of a relay have
 * passed `portList`, so both ends are ports.
 */
export function widestRange(allowPorts: string): PortRange {
  const ranges = [...allowPorts.matchAll(/(\d+)\s*(?:-\s*(\d+))?/g)].map(([, from, to]) => ({
    from: Number(from),
    to: Number(to ?? from),
  }))
  ranges.sort((a, b) => b.to - b.from - (a.to - a.from))
  return ranges[0] ?? usualRange
}
