/** Questions to one sftp channel that are on their way together: a round trip for each would take too long. */
const asksAtOnce = 32

/** `work` for each of `all`, some at once; rejects with the first failure. */
export async function someAtOnce<T>(
  all: readonly T[],
  work: (one: T) => Promise<void>,
  maxAtOnce = asksAtOnce,
): Promise<void> {
  const waiting = [...all]
  const next = async (): Promise<void> => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) await work(one)
  }
  await Promise.all(Array.from({ length: Math.min(maxAtOnce, all.length) }, next))
}
