import { RelayError } from '../../api/errors.ts'

export type HostScheme = 'http' | 'https'

/** What a host tunnel answers to. `name` as `readTunnelHost` gives it, `path` as `rulePath` does. */
export interface HostRule {
  readonly name: string
  readonly path: string
  readonly scheme: 'all' | HostScheme
}

interface Entry<T> {
  readonly rule: HostRule
  readonly value: T
}

/**
 * Which tunnel a visitor means. The exact name takes precedence over `*.` names, of which the longest counts, and those over
 * `*`; within one name, the longest path that the visited one begins with. A name whose paths or scheme do not match is
 * skipped in favour of the next wider one.
 */
export class HostTable<T> {
  readonly #byName = new Map<string, Entry<T>[]>()

  /** Throws `already-exists` when another tunnel has the same rule. The returned function removes the rule. */
  add(rule: HostRule, value: T): () => void {
    const entries = this.#byName.get(rule.name) ?? []
    const rival = entries.find((entry) => entry.rule.path === rule.path && overlap(entry.rule, rule))
    if (rival) {
      throw new RelayError(
        'already-exists',
        `Another tunnel answers to ${rule.name}${Buffer.from(rule.path, 'latin1').toString()} already. Choose another name, path or scheme.`,
        { what: 'host', name: `${rule.name}${rule.path}` },
      )
    }
    const entry = { rule, value }
    this.#byName.set(
      rule.name,
      [...entries, entry].toSorted((one, other) => other.rule.path.length - one.rule.path.length),
    )
    return () => {
      const rest = (this.#byName.get(rule.name) ?? []).filter((other) => other !== entry)
      if (rest.length > 0) this.#byName.set(rule.name, rest)
      else this.#byName.delete(rule.name)
    }
  }

  /**
   * `name` as `readVisitedHost` gives it, empty for a visitor that names none; `path` a reading of it (`readingsOf`). One that
   * `mayAnswer` denies is ignored.
   */
  find(
    name: string,
    path: string,
    scheme: HostScheme,
    mayAnswer: (value: T) => boolean = () => true,
  ): T | undefined {
    for (const { rule, value } of this.#answering(name, scheme))
      if (path.startsWith(rule.path) && mayAnswer(value)) return value
    return undefined
  }

  /** All that may answer to the name, whatever the path, in order of precedence. */
  candidates(name: string, scheme: HostScheme): T[] {
    return [...this.#answering(name, scheme)].map(({ value }) => value)
  }

  *#answering(name: string, scheme: HostScheme): Generator<Entry<T>> {
    for (const candidate of widerNames(name)) {
      for (const entry of this.#byName.get(candidate) ?? []) {
        if (entry.rule.scheme === 'all' || entry.rule.scheme === scheme) yield entry
      }
    }
  }
}

function overlap(one: HostRule, other: HostRule): boolean {
  return one.scheme === other.scheme || one.scheme === 'all' || other.scheme === 'all'
}

/** `a.b.c`, `*.b.c`, `*.c`, `*`. */
function* widerNames(name: string): Generator<string> {
  yield name
  if (!name.includes(':')) {
    for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) yield `*${name.slice(dot)}`
  }
  yield '*'
}
