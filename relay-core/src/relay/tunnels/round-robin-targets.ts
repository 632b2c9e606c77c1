import type { Target } from '../../session/agent-session.ts'

interface Watched {
  readonly target: Target
  isHealthy: boolean
}

/** The targets of a tunnel, used round robin; unhealthy ones are left out. */
export class RoundRobinTargets {
  #targets: readonly Watched[] = []
  #next = 0

  constructor(targets: readonly Target[]) {
    this.replace(targets)
  }

  /** All count as healthy at first. */
  replace(targets: readonly Target[]): void {
    this.#targets = targets.map((target) => ({ target, isHealthy: true }))
  }

  list(): readonly Readonly<Watched>[] {
    return this.#targets
  }

  /** The next healthy one; when all are unhealthy, simply the next one, so that the visitor sees why. Undefined: there are none. */
  next(): Target | undefined {
    const healthy = this.#targets.filter(({ isHealthy }) => isHealthy)
    const choice = healthy.length > 0 ? healthy : this.#targets
    if (choice.length === 0) return undefined
    return choice[this.#next++ % choice.length]?.target
  }

  /** Returns whether that is a change. */
  setHealth({ host, port }: Target, isHealthy: boolean): boolean {
    let isNews = false
    for (const watched of this.#targets) {
      if (watched.target.host !== host || watched.target.port !== port) continue
      isNews ||= watched.isHealthy !== isHealthy
      watched.isHealthy = isHealthy
    }
    return isNews
  }
}
