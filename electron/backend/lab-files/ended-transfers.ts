import type { TransferRun } from './transfer.ts'

/** Those that have ended are listed until there are this many. */
const maxEnded = 100

/** Without the oldest where too many have ended. Those that are done go first: one that failed is still to be read of, and gone on with. */
export function withoutOldest(all: readonly TransferRun[]): TransferRun[] {
  const done = all.filter(({ state }) => state === 'done')
  const failed = all.filter(({ state }) => state === 'failed')
  const old = new Set([...done, ...failed].slice(0, Math.max(0, done.length + failed.length - maxEnded)))
  return all.filter((one) => !old.has(one))
}
