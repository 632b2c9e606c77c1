import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'

/**
 * Files one after the other, in pieces, from byte `start` of all on. Each is opened when its first piece is asked for and closed when
 * no more are: what is never asked for, since the far machine refused before, leaves nothing open.
 */
export async function* fileChunks(
  paths: readonly string[],
  { start = 0 }: { start?: number } = {},
): AsyncGenerator<Buffer, void, void> {
  let before = 0
  for (const path of paths) {
    const { size } = await stat(path)
    if (start < before + size) {
      const from = Math.max(0, start - before)
      for await (const chunk of createReadStream(path, { start: from, highWaterMark: 64 * 1024 }))
        yield chunk as Buffer
    }
    before += size
  }
}
