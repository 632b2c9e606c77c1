import { type ArrivingPacket, parsePorts, type Verdict } from './rule-walk.ts'

interface PortEntry {
  readonly protocol: string
  readonly covers: (port: number) => boolean
}

/** A rule in the rich language, for every source. */
interface RichRule {
  readonly text: string
  readonly covers: (arrival: Pick<ArrivingPacket, 'port' | 'protocol'>) => boolean
  readonly verdict: Verdict
}

export interface FirewalldZone {
  readonly name: string
  readonly target: string
  /** What is let in now, by its number or as that of a service. */
  readonly ports: readonly PortEntry[]
  readonly richRules: readonly RichRule[]
  /** What is let in from the next reload or boot on; a person may have added there what is not loaded yet. */
  readonly permanentPorts: readonly PortEntry[]
}

/** The screen shows a rule of somebody's, which may be of any length. */
const maxRuleLength = 200

/**
 * Reads `firewall-cmd --zone=… --list-all`, of which the first line is `public (active)` or `public`.
 * `permanent`: what `firewall-cmd --permanent --zone=… --list-ports` prints. `services`: the ports of its services.
 */
export function parseFirewalldZone(text: string, permanent = '', services = ''): FirewalldZone | null {
  const name = /^([\w-]+)(?: \(.*\))?\s*$/m.exec(text)?.[1]
  if (name === undefined) return null
  return {
    name,
    target: /^\s*target:\s*(\S+)/m.exec(text)?.[1] ?? 'default',
    ports: parseEntries(`${/^\s*ports:(.*)$/m.exec(text)?.[1] ?? ''} ${services}`),
    richRules: [...text.matchAll(/^\s*(rule .+)$/gm)].flatMap(([, rule = '']) => parseRichRule(rule)),
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

/** `rule family="ipv4" port port="7000-9000" protocol="tcp" accept`; one for some addresses, or for a service, has no effect on the answer. */
function parseRichRule(text: string): RichRule[] {
  const bare = text.replaceAll(/"[^"]*"/g, '""')
  const [, kind] = /\s(accept|reject|drop)\b/.exec(bare) ?? []
  const isSpecial = /\s(source|destination|service|protocol value|icmp-\S+|forward-port|masquerade)\b/.test(
    bare,
  )
  if (kind === undefined || isSpecial || /family="ipv6"/.test(text)) return []
  const [, range, ofRule] = /\sport port="([^"]+)" protocol="([^"]+)"/.exec(text) ?? []
  const test = range === undefined ? () => true : parsePorts(range)
  const covers: RichRule['covers'] = ({ port, protocol }) =>
    (ofRule === undefined || ofRule === protocol) && test?.(port) === true
  const verdict = kind === 'reject' || kind === 'drop' ? kind : 'accept'
  return [{ text: text.trim().slice(0, maxRuleLength), covers, verdict }]
}

/** firewalld's own default is to reject; zones such as `trusted` accept everything, but for what a rule refuses. */
export function judgeFirewalld(zone: FirewalldZone, { port, protocol }: ArrivingPacket): Verdict {
  const rules = zone.richRules.filter(({ covers }) => covers({ port, protocol }))
  const against = rules.find(({ verdict }) => verdict !== 'accept')
  if (against) return against.verdict
  if (zone.target === 'ACCEPT' || isListed(zone.ports, { port, protocol }) || rules.length > 0)
    return 'accept'
  return zone.target === 'DROP' ? 'drop' : 'reject'
}

/** The rule that refuses the port, which comes before what is let in; null where there is none. */
export function firewalldRuleAgainst(
  { richRules }: FirewalldZone,
  arrival: Pick<ArrivingPacket, 'port' | 'protocol'>,
): string | null {
  return richRules.find(({ covers, verdict }) => verdict !== 'accept' && covers(arrival))?.text ?? null
}

/** Whether one of the entries lets the port in. */
export function isListed(
  entries: readonly PortEntry[],
  { port, protocol }: Pick<ArrivingPacket, 'port' | 'protocol'>,
): boolean {
  return entries.some((one) => one.protocol === protocol && one.covers(port))
}
