import { until } from '@nps-desktop/relay-core/async'
import type { OpenFile } from '../sides/file-side.ts'

/** OpenSSH takes up to 256 KB in one request, others 32 KB; ssh2 cuts what is too large for a server. */
export const chunkBytes = 64 * 1024
/**
 * Requests on their way: 4 MB, the memory that one copy takes. At 50 ms for the way there and back that is enough for 80 MB/s, more
 * than the 2 MB that scp has on its way.
 */
const chunksAtOnce = 64
export const windowBytes = chunkBytes * chunksAtOnce

/**
 * Copies the bytes from `from` to `to`: reads ahead, writes in order, and waits while too much is on its way.
 * `onWritten` hears how far the file is whole, without holes.
 */
export async function pump(
  source: OpenFile,
  target: OpenFile,
  {
    from,
    to,
    onWritten,
    signal,
  }: {
    from: number
    to: number
    onWritten: (upTo: number) => void
    signal: AbortSignal
  },
): Promise<void> {
  const reads: { at: number; bytes: Buffer; done: Promise<void> }[] = []
  // used again: memory of this size that is thrown away keeps the collector of garbage busier than the copy itself
  const free: Buffer[] = []
  const writes: { end: number; isDone: boolean }[] = []
  let next = from
  let failed: Error | null = null
  let wake = Promise.withResolvers<void>()

  const readAhead = (): void => {
    while (next < to && reads.length + writes.length < chunksAtOnce) {
      const at = next
      next = Math.min(to, at + chunkBytes)
      const bytes = (free.pop() ?? Buffer.allocUnsafeSlow(chunkBytes)).subarray(0, next - at)
      const done = source.read(at, bytes)
      // one that fails is told when its turn comes, or not at all
      done.catch(() => undefined)
      reads.push({ at, bytes, done })
    }
  }
  const write = (at: number, bytes: Buffer): void => {
    const one = { end: at + bytes.length, isDone: false }
    writes.push(one)
    target.write(at, bytes).then(
      () => {
        one.isDone = true
        // the last one of a file is shorter
        if (bytes.length === chunkBytes) free.push(bytes)
        while (writes[0]?.isDone) onWritten(writes.shift()?.end ?? from)
        wake.resolve()
      },
      (error: Error) => {
        failed ??= error
        wake.resolve()
      },
    )
  }
  const check = (): void => {
    signal.throwIfAborted()
    if (failed !== null) throw failed
  }

  for (;;) {
    check()
    readAhead()
    const first = reads.shift()
    if (first) {
      await until(first.done, { signal })
      check()
      write(first.at, first.bytes)
      continue
    }
    if (writes.length === 0) return
    wake = Promise.withResolvers()
    await until(wake.promise, { signal })
  }
}
