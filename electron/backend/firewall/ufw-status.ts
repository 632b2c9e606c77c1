import { parsePorts, type Verdict, type Arrival } from './rule-walk.ts'

export interface UfwStatus {
  readonly active: boolean
  readonly incoming: Verdict
  readonly rules: readonly Rule[]
}

interface Rule {
  readonly covers: (arrival: Arrival) => boolean
  readonly verdict: Verdict
}

/** Reads `ufw status verbose`. Rules for one address, and application names, have no effect on the answer. */
export function parseUfwStatus(text: string): UfwStatus {
  const incoming = /^Default: (\w+) \(incoming\)/m.exec(text)?.[1]
  const rules: Rule[] = []
  for (const line of text.split('\n')) {
    const match = /^(\S+?)(?:\/(tcp|udp))?\s+(ALLOW|DENY|REJECT|LIMIT)(?: IN)?\s+Anywhere\s*(?:#.*)?$/.exec(
      line,
    )
    if (!match?.[1] || match[1].includes('/')) continue
    const tests = match[1] === 'Anywhere' ? [() => true] : match[1].split(',').map(parsePorts)
    rules.push({
      covers: ({ port, protocol }) =>
        (match[2] === undefined || match[2] === protocol) && tests.some((test) => test?.(port) === true),
      verdict: match[3] === 'DENY' ? 'drop' : match[3] === 'REJECT' ? 'reject' : 'accept',
    })
  }
  return {
    active: /^Status: active/m.test(text),
    incoming: incoming === 'allow' ? 'accept' : incoming === 'reject' ? 'reject' : 'drop',
    rules,
  }
}

/** The first rule that covers the port counts. */
export function judgeUfw(status: UfwStatus, arrival: Arrival): Verdict {
  if (!status.active) return 'accept'
  return status.rules.find(({ covers }) => covers(arrival))?.verdict ?? status.incoming
}
