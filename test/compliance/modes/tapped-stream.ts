import type { Duplex } from 'node:stream'

/** Shows everything that the stream carries. */
export function tapped(stream: Duplex, show: (chunk: Buffer) => void): Duplex {
  const write = stream.write.bind(stream) as (chunk: Buffer) => boolean
  const push = stream.push.bind(stream)
  stream.write = (chunk: Buffer) => {
    show(chunk)
    return write(chunk)
  }
  stream.push = (chunk: Buffer | null) => {
    if (chunk) show(chunk)
    return push(chunk)
  }
  return stream
}
