import { createReadStream } from 'node:fs'

/**
 * A file in pieces, from byte `start` on. It is opened when the first piece is asked for and closed when no more are: what is
 * never asked for, since the far machine refused before, leaves nothing open.
 */
export async function* fileChunks(
  path: string,
  { start = 0 }: { start?: number } = {},
): AsyncGenerator<Buffer, void, void> {
  for await (const chunk of createReadStream(path, { start, highWaterMark: 64 * 1024 })) yield chunk as Buffer
}
