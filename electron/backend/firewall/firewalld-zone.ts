import { parsePorts, type Verdict, type Arrival } from './rule-walk.ts'

export interface FirewalldZone {
  readonly name: string
  readonly target: string
  readonly ports: readonly { readonly protocol: string; readonly covers: (port: number) => boolean }[]
}

/** Reads `firewall-cmd --zone=… --list-all`, of which the first line is `public (active)` or `public`. */
export function parseFirewalldZone(text: string): FirewalldZone | null {
  const name = /^([\w-]+)(?: \(.*\))?\s*$/m.exec(text)?.[1]
  if (name === undefined) return null
  const ports = /^\s*ports:(.*)$/m.exec(text)?.[1] ?? ''
  return {
    name,
    target: /^\s*target:\s*(\S+)/m.exec(text)?.[1] ?? 'default',
    ports: ports
      .trim()
      .split(/\s+/)
      .flatMap((entry) => {
        const [range = '', protocol = ''] = entry.split('/')
        const covers = parsePorts(range)
        return covers ? [{ protocol, covers }] : []
      }),
  }
}

/** firewalld's own default is to reject; zones such as `trusted` accept everything. */
export function judgeFirewalld(zone: FirewalldZone, { port, protocol }: Arrival): Verdict {
  const isLetIn = zone.ports.some((one) => one.protocol === protocol && one.covers(port))
  if (zone.target === 'ACCEPT' || isLetIn) return 'accept'
  return zone.target === 'DROP' ? 'drop' : 'reject'
}
