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

/** As some listings have them instead of names. */
const protocolNumbers: Readonly<Record<Protocol, string>> = { tcp: '6', udp: '17' }

/** Reads what `iptables -S` prints: the filter table. */
export function parseIptables(text: string): Map<string, Chain> {
  const chains = new Map<string, { name: string; rules: FirewallRule[]; policy: Verdict | null }>()
  const chainOf = (name: string): { rules: FirewallRule[]; policy: Verdict | null } => {
    const chain = chains.get(name) ?? { name, rules: [], policy: null }
    chains.set(name, chain)
    return chain
  }
  for (const line of text.split('\n')) {
    const words = line.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? []
    const [what, name = ''] = words
    if (what === '-P') chainOf(name).policy = words[2] === 'ACCEPT' ? 'accept' : 'drop'
    if (what === '-N') chainOf(name)
    if (what === '-A') chainOf(name).rules.push(parseRule(words.slice(2)))
  }
  return chains
}

export function judgeIptables(chains: ReadonlyMap<string, Chain>, arrival: ArrivingPacket): Verdict {
  const input = chains.get('INPUT')
  return input ? walk(input, chains, arrival) : 'accept'
}

function parseRule(words: readonly string[]): FirewallRule {
  const conditions: Condition[] = []
  let action: FirewallRule['action'] = { kind: 'continue' }
  let isNot = false
  const add = (condition: Condition): void => {
    const negative = isNot
    conditions.push((arrival) => {
      const answer = condition(arrival)
      return answer === null ? null : answer !== negative
    })
    isNot = false
  }
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    if (word === '!') {
      isNot = true
      continue
    }
    const value = words[at + 1] ?? ''
    switch (word) {
      case '-m':
      case '--comment':
        at++
        break
      case '-p':
        at++
        add(({ protocol }) => value === protocol || value === 'all' || value === protocolNumbers[protocol])
        break
      case '-i':
        at++
        add(({ by }) => isInterface(value, by))
        break
      case '-s':
        at++
        add(() => (value === '0.0.0.0/0' ? true : null))
        break
      case '--dport':
      case '--dports':
        at++
        add(({ port }) => value.split(',').some((part) => parsePorts(part)?.(port) === true))
        break
      case '--state':
      case '--ctstate':
        at++
        add(() => value.split(',').includes('NEW'))
        break
      case '-j':
      case '-g':
        at++
        action = targetOf(value, word)
        // what follows are options of the target
        return { conditions, action }
      default:
        add(() => null)
        if (!value.startsWith('-') && value !== '!') at++
    }
  }
  return { conditions, action }
}

function targetOf(target: string, how: string): FirewallRule['action'] {
  switch (target) {
    case 'ACCEPT':
      return { kind: 'accept' }
    case 'DROP':
      return { kind: 'drop' }
    case 'REJECT':
      return { kind: 'reject' }
    case 'RETURN':
      return { kind: 'return' }
    case 'LOG':
    case 'NFLOG':
    case 'MARK':
      return { kind: 'continue' }
    default:
      return { kind: how === '-g' ? 'goto' : 'jump', chain: target }
  }
}
