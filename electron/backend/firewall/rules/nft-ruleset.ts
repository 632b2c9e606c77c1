import {
  isInterface,
  type Chain,
  type Condition,
  parsePorts,
  type Protocol,
  type FirewallRule,
  type Verdict,
  type ArrivingPacket,
  walk,
} from './rule-walk.ts'

export interface NftTable {
  readonly family: string
  readonly name: string
  readonly chains: ReadonlyMap<string, Chain>
  /** Names of the chains that see what comes in. */
  readonly inputs: readonly string[]
}

/** Where a rule has to be put so that a connection gets through. */
export interface NftPlace {
  readonly family: string
  readonly table: string
  readonly chain: string
}

/** Reads what `nft list ruleset` prints. Lines that are not understood have no effect. */
export function parseNftRuleset(text: string): NftTable[] {
  const tables: NftTable[] = []
  let table: { family: string; name: string; chains: Map<string, Chain>; inputs: string[] } | undefined
  let chain: { name: string; rules: FirewallRule[]; policy: Verdict | null } | undefined
  /** Inside a set or map, whose lines are elements. */
  let otherDepth = 0
  for (const raw of text.split('\n')) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) continue
    if (otherDepth > 0) {
      otherDepth += count(line, '{') - count(line, '}')
    } else if (chain) {
      if (line === '}') {
        table?.chains.set(chain.name, chain)
        chain = undefined
      } else if (line.startsWith('type ')) {
        if (/\bhook (input|prerouting)\b/.test(line) && line.startsWith('type filter'))
          table?.inputs.push(chain.name)
        chain.policy = /policy drop/.test(line) ? 'drop' : 'accept'
      } else chain.rules.push(parseRule(line))
    } else if (table) {
      const opened = /^chain (\S+) \{$/.exec(line)
      if (opened?.[1]) chain = { name: opened[1], rules: [], policy: null }
      else if (line === '}') {
        tables.push(table)
        table = undefined
      } else otherDepth = count(line, '{') - count(line, '}')
    } else {
      const opened = /^table (\S+) (\S+) \{$/.exec(line)
      if (opened?.[1] && opened[2])
        table = { family: opened[1], name: opened[2], chains: new Map(), inputs: [] }
    }
  }
  return tables
}

/** What happens to a connection, and at which chains it ends when it does not get through. */
export function judgeNft(
  tables: readonly NftTable[],
  arrival: ArrivingPacket,
): { verdict: Verdict; places: NftPlace[] } {
  const places: NftPlace[] = []
  let verdict: Verdict = 'accept'
  for (const { family, name, chains, inputs } of tables) {
    if (!['ip', 'inet', 'ip6'].includes(family) || family === 'ip6') continue
    for (const input of inputs) {
      const chain = chains.get(input)
      const own = chain ? walk(chain, chains, arrival) : 'accept'
      if (own === 'accept') continue
      if (verdict === 'accept') verdict = own
      places.push({ family, table: name, chain: input })
    }
  }
  return { verdict, places }
}

function parseRule(line: string): FirewallRule {
  const words = line.match(/"[^"]*"|\{[^}]*\}|[^\s{}"]+/g) ?? []
  const conditions: Condition[] = []
  let at = 0
  const take = (): string => words[at++] ?? ''
  const never: Condition = () => false
  const unknown: Condition = () => null
  while (at < words.length) {
    const word = take()
    switch (word) {
      case 'accept':
      case 'drop':
      case 'return':
      case 'continue':
        return { conditions, action: { kind: word } }
      case 'reject':
        return { conditions, action: { kind: 'reject' } }
      case 'jump':
      case 'goto':
        return { conditions, action: { kind: word, chain: take() } }
      case 'counter':
        if (words[at] === 'packets') at += 4
        break
      case 'comment':
        take()
        break
      case 'log':
        while (/^(prefix|level|group|flags|snaplen|queue-threshold)$/.test(words[at] ?? '')) at += 2
        break
      case 'iif':
      case 'iifname':
        conditions.push(interfaceCondition(take(), take))
        break
      case 'ct':
        if (take() === 'state') conditions.push(...stateConditions(take(), take))
        else conditions.push(unknown)
        break
      case 'meta':
      case 'ip':
        conditions.push(...headerConditions(word, take(), take))
        break
      case 'tcp':
      case 'udp':
      case 'th':
        if (word !== 'th') conditions.push(({ protocol }) => protocol === word)
        if (take() === 'dport') {
          const value = take()
          if (value === 'vmap') return { conditions, action: { kind: 'by-port', verdictOf: portMap(take()) } }
          conditions.push(value === '!=' ? negate(portCondition(take())) : portCondition(value))
        } else conditions.push(unknown)
        break
      case 'icmp':
      case 'icmpv6':
      case 'ip6':
      case 'sctp':
        conditions.push(never)
        break
      default:
        conditions.push(unknown)
    }
  }
  return { conditions, action: { kind: 'continue' } }
}

function interfaceCondition(value: string, take: () => string): Condition {
  const isNot = value === '!='
  const names = elements(isNot ? take() : value).map((name) => name.replaceAll('"', ''))
  return ({ by }) => names.some((name) => isInterface(name, by)) !== isNot
}

function stateConditions(value: string, take: () => string): Condition[] {
  if (value === 'vmap') {
    // `established : accept, invalid : drop`: a new connection passes on unless it is named.
    const map = take()
    return [() => (/\bnew\s*:/.test(map) ? null : false)]
  }
  return [() => /\bnew\b/.test(value)]
}

/** By name or number, alone or in a set. */
const namesOf: Readonly<Record<Protocol, RegExp>> = { tcp: /\btcp\b|\b6\b/, udp: /\budp\b|\b17\b/ }

function headerConditions(kind: string, field: string, take: () => string): Condition[] {
  const value = take()
  if (field === 'l4proto' || field === 'protocol')
    return [({ protocol }) => (value === '!=' ? null : namesOf[protocol].test(value))]
  if (field === 'nfproto') return [() => value === 'ipv4']
  if (kind === 'meta' && field === 'iifname') return [interfaceCondition(value, take)]
  if (kind === 'ip' && field === 'saddr' && value === '0.0.0.0/0') return []
  if (value === '!=') take()
  return [() => null]
}

function portCondition(value: string): Condition {
  if (value.startsWith('@')) return () => null
  const tests = elements(value).map(parsePorts)
  return ({ port }) =>
    tests.some((test) => test?.(port) === true) ? true : tests.includes(null) ? null : false
}

function portMap(value: string): (port: number) => Verdict | null {
  const pairs = elements(value).map((element) => {
    const [ports = '', verdict = ''] = element.split(/\s+:\s+/)
    return { test: parsePorts(ports), verdict }
  })
  return (port) => {
    const found = pairs.find(({ test }) => test?.(port) === true)?.verdict
    return found === 'accept' || found === 'drop' ? found : null
  }
}

function negate(condition: Condition): Condition {
  return (arrival) => {
    const answer = condition(arrival)
    return answer === null ? null : !answer
  }
}

function elements(value: string): string[] {
  return value.replace(/^\{\s*|\s*\}$/g, '').split(/\s*,\s*/)
}

function count(text: string, character: string): number {
  return text.split(character).length - 1
}
