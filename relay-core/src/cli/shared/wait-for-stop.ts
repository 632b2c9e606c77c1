/** What asks a program to end: on Windows also Ctrl+Break, and closing its window. */
const stopSignals: readonly NodeJS.Signals[] =
  process.platform === 'win32' ? ['SIGINT', 'SIGTERM', 'SIGBREAK', 'SIGHUP'] : ['SIGINT', 'SIGTERM']

/** Fulfils when this process is asked to end: Ctrl+C, `kill`, or its service. A second request ends it at once. */
export function stopRequested(): Promise<NodeJS.Signals | 'end of input'> {
  return new Promise((resolve) => {
    for (const signal of stopSignals) {
      process.on(signal, () => {
        resolve(signal)
        process.once(signal, () => process.exit(1))
      })
    }
    if (process.env[keptByInput] !== undefined) awaitEndOfInput(() => resolve('end of input'))
  })
}

/** Windows has no signals: who keeps a program running there says by this variable that it ends standard input instead. */
const keptByInput = 'NPS_STOP_BY_INPUT'

function awaitEndOfInput(stop: () => void): void {
  process.stdin.on('end', stop).on('error', stop).resume()
}

/** Waits for a graceful end, but not forever: a service manager would kill us anyway. */
export async function endWithin(timeoutMs: number, closing: Promise<unknown>): Promise<void> {
  const timer = setTimeout(endNow, timeoutMs)
  await closing
  clearTimeout(timer)
  endSoon()
}

/** How long a program that has nothing left to do waits for what it has begun. */
const unfinishedMs = 1_000

/** For a program that is about to end by itself: a disk that does not answer must not keep it. */
export function endSoon(): void {
  setTimeout(endNow, unfinishedMs).unref()
}

function endNow(): void {
  process.exit(process.exitCode ?? 0)
}
