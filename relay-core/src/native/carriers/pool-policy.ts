export const poolLimits = {
  /** Streams that one agent can have open at once; each costs a connection and a file descriptor at both ends. */
  maxCarriers: 4096,
  /** While no stream is open. */
  minSpare: 2,
  /** While one is: a browser opens up to six connections to one address as soon as it has read the page. */
  minSpareInUse: 6,
  maxSpare: 32,
} as const

/** How many carriers should be ready in addition to those in use: a quarter more, within bounds. */
export function spareCarriers(inUse: number): number {
  const { minSpare, minSpareInUse, maxSpare } = poolLimits
  return inUse === 0 ? minSpare : Math.min(maxSpare, Math.max(minSpareInUse, Math.ceil(inUse / 4)))
}

/** `asked`: requested and not yet arrived. `waiting`: streams without a carrier. */
export function carriersToAskFor({
  total,
  idle,
  waiting,
  asked,
}: {
  total: number
  idle: number
  waiting: number
  asked: number
}): number {
  const wanted = waiting + spareCarriers(total - idle) - idle - asked
  return Math.max(0, Math.min(wanted, poolLimits.maxCarriers - total - asked))
}

/** What was idle throughout the last period is not needed, except for the spare ones. */
export function carriersToClose({
  total,
  idle,
  minIdle,
}: {
  total: number
  idle: number
  minIdle: number
}): number {
  return Math.max(0, Math.min(idle, minIdle) - spareCarriers(total - idle))
}
