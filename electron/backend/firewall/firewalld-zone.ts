import { parsePorts, type Verdict, type Arrival } from './rule-walk.ts'

interface PortEntry {
  readonly protocol: string
  readonly covers: (port: number) => boolean
}

export interface FirewalldZone {
  readonly name: string
  readonly target: string
  /** What is let in now. */
  readonly ports: readonly PortEntry[]
  /** What is let in from the next reload or boot on; a person may have added there what is not loaded yet. */
  readonly permanentPorts: readonly PortEntry[]
}

/**
 * Reads `firewall-cmd --zone=… --list-all`, of which the first line is `public (active)` or `public`.
 * `permanent`: what `firewall-cmd --permanent --zone=… --list-ports` prints.
 */
export function parseFirewalldZone(text: string, permanent = ''): FirewalldZone | null {
  const name = /^([\w-]+)(?: \(.*\))?\s*$/m.exec(text)?.[1]
  if (name === undefined) return null
  return {
    name,
    target: /^\s*target:\s*(\S+)/m.exec(text)?.[1] ?? 'default',
    ports: parseEntries(/^\s*ports:(.*)$/m.exec(text)?.[1] ?? ''),
    permanentPorts: parseEntries(permanent),
  }
}

/** `7000-7999/tcp 53/udp` */
function parseEntries(text: string): PortEntry[] {
  return text
    .trim()
    .split(/\s+/)
    .flatMap((entry) => {
      const [range = '', protocol = ''] = entry.split('/')
      const covers = parsePorts(range)
      return covers ? [{ protocol, covers }] : []
    })
}

/** firewalld's own default is to reject; zones such as `trusted` accept everything. */
export function judgeFirewalld(zone: FirewalldZone, { port, protocol }: Arrival): Verdict {
  if (zone.target === 'ACCEPT' || isListed(zone.ports, { port, protocol })) return 'accept'
  return zone.target === 'DROP' ? 'drop' : 'reject'
}

/** Whether one of the entries lets the port in. */
export function isListed(
  entries: readonly PortEntry[],
  { port, protocol }: Pick<Arrival, 'port' | 'protocol'>,
): boolean {
  return entries.some((one) => one.protocol === protocol && one.covers(port))
}
