/** `work` for each of `all`, begun in their order, at most `maxAtOnce` at a time. Rejects at the first failure, and begins nothing after it. */
export async function someAtOnce<T>(
  all: readonly T[],
  maxAtOnce: number,
  work: (one: T) => Promise<void>,
): Promise<void> {
  const waiting = all.values()
  let isOver = false
  const next = async (): Promise<void> => {
    try {
      for (const one of waiting) {
        if (isOver) return
        await work(one)
      }
    } catch (error) {
      isOver = true
      throw error
    }
  }
  await Promise.all(Array.from({ length: Math.min(maxAtOnce, all.length) }, next))
}
