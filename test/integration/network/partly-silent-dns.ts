import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'

const typeA = 1
const noSuchName = 3

/**
 * A name server on 127.0.0.1:53 that knows `known*` (192.0.2.7) and `relay*` (127.0.0.1), says of `unknown*` that there is none, and never
 * answers for anything else, nor for anything once it is hushed. Needs root and a network namespace of its own.
 */
export class PartlySilentDns {
  isHushed = false
  readonly #socket: Socket

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('message', (query, from) => {
      const answer = this.isHushed ? undefined : answerTo(query)
      if (answer) socket.send(answer, from.port, from.address)
    })
  }

  static async start(): Promise<PartlySilentDns> {
    const socket = createSocket('udp4')
    socket.bind(53, '127.0.0.1')
    await once(socket, 'listening')
    return new PartlySilentDns(socket)
  }

  close(): void {
    this.#socket.close()
  }
}

/** RFC 1035 §4.1. */
function answerTo(query: Buffer): Buffer | undefined {
  const labels: string[] = []
  let at = 12
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  const question = query.subarray(12, at + 5)
  const type = query.readUInt16BE(at + 1)
  const [name = ''] = labels
  const address = name.startsWith('known')
    ? [192, 0, 2, 7]
    : name.startsWith('relay')
      ? [127, 0, 0, 1]
      : undefined
  if (!address && !name.startsWith('unknown')) return undefined
  const hasAnswer = address !== undefined && type === typeA
  const head = Buffer.from(query.subarray(0, 12))
  // An answer, with recursion.
  head.writeUInt16BE(0x8180 | (address ? 0 : noSuchName), 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt16BE(hasAnswer ? 1 : 0, 6)
  head.writeUInt16BE(0, 8)
  head.writeUInt16BE(0, 10)
  if (!hasAnswer) return Buffer.concat([head, question])
  const record = Buffer.from([0xc0, 12, 0, typeA, 0, 1, 0, 0, 0, 60, 0, 4, ...address])
  return Buffer.concat([head, question, record])
}
