import { parsePorts, type Verdict, type Arrival } from './rule-walk.ts'

/** The screen shows a rule of somebody's, and comments may be of any length. */
const maxRuleLength = 200

export interface UfwStatus {
  readonly active: boolean
  readonly incoming: Verdict
  readonly rules: readonly Rule[]
  /** Each rule as the command that adds it, such as `deny 8024/tcp comment 'mine'`. */
  readonly added: readonly string[]
}

interface Rule {
  readonly covers: (arrival: Arrival) => boolean
  readonly verdict: Verdict
}

/**
 * Reads `ufw status verbose`. Rules for one address, and application names, have no effect on the answer.
 * `added`: what `ufw show added` prints.
 */
export function parseUfwStatus(text: string, added = ''): UfwStatus {
  const incoming = /^Default: (\w+) \(incoming\)/m.exec(text)?.[1]
  const rules: Rule[] = []
  for (const line of text.split('\n')) {
    const match =
      /^(\S+?)(?:\/(tcp|udp))?\s+(ALLOW|DENY|REJECT|LIMIT)(?: IN)?\s+Anywhere\s*(?:\(log(?:-all)?\)\s*)?(?:#.*)?$/.exec(
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
    added: [...added.matchAll(/^ufw (.+)$/gm)].map(([, rule = '']) => rule.slice(0, maxRuleLength)),
  }
}

/**
 * The rule that `ufw allow <spec>` would not stand beside but replace: ufw keeps one rule for a protocol and ports, so a
 * `deny`, a `limit`, or an `allow` with a log or a comment of its own would be lost. Null where there is none.
 */
export function replacedByAllow({ added }: Pick<UfwStatus, 'added'>, spec: string): string | null {
  return (
    added.find((rule) => {
      const [, ofRule] =
        /^(?:allow|deny|reject|limit)(?: log| log-all)? (\S+)(?: comment .*)?$/.exec(rule) ?? []
      return ofRule === spec && rule !== `allow ${spec}`
    }) ?? null
  )
}

/** The first rule that covers the port counts. */
export function judgeUfw(status: UfwStatus, arrival: Arrival): Verdict {
  if (!status.active) return 'accept'
  return status.rules.find(({ covers }) => covers(arrival))?.verdict ?? status.incoming
}
