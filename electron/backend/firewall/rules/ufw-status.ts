import { type ArrivingPacket, isInterface, parsePorts, type Verdict } from './rule-walk.ts'

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
  /** As its line says it, without the comment. */
  readonly text: string
  readonly covers: (arrival: ArrivingPacket) => boolean
  readonly verdict: Verdict
}

/** `80,443/tcp (WWW Full) on eth0   ALLOW IN   Anywhere   (log)   # comment`; verbose says an application's ports before its name. */
const line =
  /^((\S+?)(?:\/(tcp|udp))?(?: \((?!v6\))[^)]*\))?(?: on (\S+))?)\s+(ALLOW|DENY|REJECT|LIMIT)(?: IN)?\s+Anywhere\s*(?:\(log(?:-all)?\)\s*)?(?:#.*)?$/

/**
 * Reads `ufw status verbose`. Rules for one address have no effect on the answer.
 * `added`: what `ufw show added` prints.
 */
export function parseUfwStatus(text: string, added = ''): UfwStatus {
  const incoming = /^Default: (\w+) \(incoming\)/m.exec(text)?.[1]
  const rules: Rule[] = []
  for (const one of text.split('\n')) {
    const [, to = '', ports = '', ofRule, at, action = ''] = line.exec(one) ?? []
    if (ports === '' || ports.includes('/')) continue
    const tests = ports === 'Anywhere' ? [() => true] : ports.split(',').map(parsePorts)
    rules.push({
      text: `${action.toLowerCase()} ${to}`.slice(0, maxRuleLength),
      covers: ({ port, protocol, by }) =>
        (ofRule === undefined || ofRule === protocol) &&
        (at === undefined || isInterface(at, by)) &&
        tests.some((test) => test?.(port) === true),
      verdict: action === 'DENY' ? 'drop' : action === 'REJECT' ? 'reject' : 'accept',
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
export function judgeUfw(status: UfwStatus, arrival: ArrivingPacket): Verdict {
  if (!status.active) return 'accept'
  return ruleFor(status, arrival)?.verdict ?? status.incoming
}

/** The rule that shuts the port, before which an `allow` at the end has no effect; null where none does but the policy. */
export function ufwRuleAgainst(status: UfwStatus, arrival: ArrivingPacket): string | null {
  const rule = ruleFor(status, arrival)
  return rule && rule.verdict !== 'accept' ? rule.text : null
}

function ruleFor({ rules }: UfwStatus, arrival: ArrivingPacket): Rule | undefined {
  return rules.find(({ covers }) => covers(arrival))
}
