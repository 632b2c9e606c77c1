import type { Duplex } from 'node:stream'
import { TooLong, type ByteSource } from './byte-source.ts'
import type { Framing } from './framing.ts'

const pieceBytes = 64 * 1024
/** A chunk's size and extensions, or a trailer field. */
const maxLineBytes = 4 * 1024
const maxTrailerLines = 256

/** A body that ended early, or is not framed as its head says. */
export class BrokenBody extends Error {}

/**
 * A body's bytes without their framing. Trailer fields are left out. `strict`: from a visitor, where
 * nothing may be ambiguous. Throws `BrokenBody`.
 */
export async function* readBody(
  source: ByteSource,
  framing: Framing,
  { strict }: { strict: boolean },
): AsyncGenerator<Buffer, void, undefined> {
  switch (framing.kind) {
    case 'none':
      return
    case 'length':
      yield* exactly(source, framing.bytes)
      return
    case 'close':
      for (let piece = await source.some(pieceBytes); piece; piece = await source.some(pieceBytes))
        yield piece
      if (source.isBroken) throw new BrokenBody('broken off')
      return
    case 'chunked':
      yield* chunks(source, strict)
  }
}

async function* chunks(source: ByteSource, strict: boolean): AsyncGenerator<Buffer, void, undefined> {
  const sizeLine = strict
    ? /^([\da-f]{1,12})[ \t]*(?:;[^\r\n]*)?\r\n$/i
    : /^[ \t]*([\da-f]{1,12})[ \t]*(?:;.*)?\r?\n$/i
  const isEnd = (line: string) => line === '\r\n' || (!strict && line === '\n')
  for (;;) {
    const [, size] = sizeLine.exec(await line(source)) ?? []
    if (size === undefined) throw new BrokenBody('no size of a chunk')
    const bytes = parseInt(size, 16)
    if (bytes === 0) break
    yield* exactly(source, bytes)
    if (!isEnd(await line(source))) throw new BrokenBody('a chunk longer than it says')
  }
  for (let count = 0; count < maxTrailerLines; count++) if (isEnd(await line(source))) return
  throw new BrokenBody('too many fields behind the body')
}

async function* exactly(source: ByteSource, bytes: number): AsyncGenerator<Buffer, void, undefined> {
  for (let left = bytes; left > 0;) {
    const piece = await source.some(Math.min(left, pieceBytes))
    if (!piece) throw new BrokenBody('ended too early')
    left -= piece.length
    yield piece
  }
}

async function line(source: ByteSource): Promise<string> {
  try {
    const bytes = await source.line(maxLineBytes)
    if (bytes) return bytes.toString('latin1')
  } catch (error) {
    if (!(error instanceof TooLong)) throw error
  }
  throw new BrokenBody('a line that does not end')
}

/** Writes, and waits until there is room for more. Rejects once the stream is closed. */
export async function send(stream: Duplex, bytes: Uint8Array): Promise<void> {
  if (stream.destroyed || stream.writableEnded) throw new BrokenBody('closed')
  if (stream.write(bytes)) return
  await new Promise<void>((resolve, reject) => {
    const onDrain = () => {
      stream.off('close', onClose)
      resolve()
    }
    const onClose = () => {
      stream.off('drain', onDrain)
      reject(new BrokenBody('closed'))
    }
    stream.once('drain', onDrain).once('close', onClose)
  })
}

/** A piece of a body as it goes on the wire. */
export function framed(piece: Buffer, framing: Framing): Buffer {
  if (framing.kind !== 'chunked' || piece.length === 0) return piece
  return Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n')])
}

/** What follows the last piece. */
export function framedEnd(framing: Framing): Buffer {
  return Buffer.from(framing.kind === 'chunked' ? '0\r\n\r\n' : '')
}
