/** Fulfils when this process is asked to end: Ctrl+C, `kill`, or its service. A second request ends it at once. */
export function stopRequested(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        resolve(signal)
        process.once(signal, () => process.exit(1))
      })
    }
  })
}

/** Waits for a graceful end, but not forever: a service manager would kill us anyway. */
export async function endWithin(timeoutMs: number, closing: Promise<unknown>): Promise<void> {
  const timer = setTimeout(() => process.exit(process.exitCode ?? 0), timeoutMs)
  await closing
  clearTimeout(timer)
}
