import type { Duplex } from 'node:stream'
import { connect, TLSSocket, type ConnectionOptions, type TLSSocketOptions } from 'node:tls'

/** The most that TLS allows in one record (RFC 8446 §5.1). */
export const maxRecordBytes = 16_384

/**
 * TLS on a stream, as the client: on a system socket, or inside any other stream. `options` without `socket` is
 * what `node:tls` takes. Errors are emitted on the returned socket; a caller that needs the stream's own end listens there too.
 *
 * This file is the only one that puts TLS on anything (checked by its test): see `awaitStream` for what goes wrong otherwise.
 */
export function secureAsClient(stream: Duplex, options: Omit<ConnectionOptions, 'socket'>): TLSSocket {
  return awaitStream(connect({ ...options, socket: stream }), stream)
}

/** The same, as the server. */
export function secureAsServer(stream: Duplex, options: Omit<TLSSocketOptions, 'isServer'>): TLSSocket {
  // It takes any Duplex, as its documentation says; its type asks for a Socket.
  const socket = stream as ConstructorParameters<typeof TLSSocket>[0]
  return awaitStream(new TLSSocket(socket, { ...options, isServer: true }), stream)
}

/** A connection of its own, not on a stream of ours. */
export function secureConnect(options: ConnectionOptions): TLSSocket {
  return connect(options)
}

export function isSecure(stream: unknown): stream is TLSSocket {
  return stream instanceof TLSSocket
}

type Done = (error?: Error | null) => void

/**
 * Bun reports a write as done as soon as it is encrypted, even when `stream` beneath accepts no more: a caller that trusts
 * `write`, `drain` or a callback of such a TLS socket hands it gigabytes, which wait in `stream`
 * (docs/adr/0014-tls-waits-for-its-stream.md). So the write is done here when `stream` has room again. Encryption has
 * put its bytes into `stream` by then, on both runtimes. On system sockets this waits for nothing.
 */
function awaitStream(secured: TLSSocket, stream: Duplex): TLSSocket {
  const write = secured._write.bind(secured)
  secured._write = (chunk: unknown, encoding: BufferEncoding, done: Done) =>
    write(chunk, encoding, (error) => whenRoom(stream, error, done))
  const writeAll = secured._writev?.bind(secured)
  if (writeAll) secured._writev = (chunks, done) => writeAll(chunks, (error) => whenRoom(stream, error, done))
  return secured
}

function whenRoom(stream: Duplex, error: Error | null | undefined, done: Done): void {
  if (error || stream.destroyed || !stream.writableNeedDrain) {
    done(error)
    return
  }
  const settle = () => {
    stream.off('drain', settle).off('close', settle)
    done()
  }
  stream.on('drain', settle).on('close', settle)
}
