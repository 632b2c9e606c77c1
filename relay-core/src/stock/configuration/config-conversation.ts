import type { Duplex } from 'node:stream'
import type { RelayError } from '../../api/errors.ts'
import { encodePrefixed } from '../messages/length-prefixed.ts'
import {
  decodePushedClient,
  decodePushedHost,
  decodePushedTunnel,
  type PushedClient,
  type PushedHost,
  type PushedTunnel,
} from './pushed-config.ts'
import { EarlyEnd, readExactly } from '../../net/stream/read-exactly.ts'
import { readPrefixed } from '../messages/read-prefixed.ts'

/** Takes what one agent pushes. What is refused ends the conversation. */
export interface ConfigReceiver {
  /** With the public key only: makes a client that lasts as long as its agent; returns its key of 16 characters. */
  createClient(client: PushedClient): Promise<string | undefined>
  /** Both fulfil with why it is refused, in words for the agent's owner; null: it is taken. */
  addHost(host: PushedHost): Promise<RelayError | null>
  addTunnel(tunnel: PushedTunnel): Promise<RelayError | null>
  /** The remarks of what runs for a client, for `npc status`. */
  running(keyMd5: string): readonly string[]
  /** The agent has ended the conversation in order, all that it pushed was taken, and it asked for nothing else. */
  done(): void
}

const yes = Buffer.of(1)
const no = Buffer.of(0)

/** As many as a port range can hold; more than that is not a configuration. */
const maxEntries = 65_536

/**
 * The relay's side after the role `conf`. Fulfils with whether all was taken, when the agent has closed or been refused;
 * rejects on anything else. One answer per tunnel, however many ports it has: stock agents read one.
 */
export async function serveConfiguration(
  socket: Duplex,
  { isPublicKey, receiver, signal }: { isPublicKey: boolean; receiver: ConfigReceiver; signal: AbortSignal },
): Promise<boolean> {
  socket.write(isPublicKey ? yes : no)
  let isPush = true
  for (let entries = 0; entries < maxEntries; entries++) {
    const kind = await nextKind(socket, signal)
    if (kind === undefined) {
      if (isPush) receiver.done()
      return true
    }
    if (kind === 'stus') isPush = false
    if (!(await take(kind, socket, { isPublicKey, receiver, signal }))) {
      socket.write(no)
      return false
    }
  }
  throw new RangeError(`more than ${maxEntries} entries`)
}

async function take(
  kind: string,
  socket: Duplex,
  { isPublicKey, receiver, signal }: { isPublicKey: boolean; receiver: ConfigReceiver; signal: AbortSignal },
): Promise<boolean> {
  switch (kind) {
    case 'stus': {
      const keyMd5 = (await readExactly(socket, 32, { signal })).toString('latin1').toLowerCase()
      const remarks = receiver.running(keyMd5)
      socket.write(
        remarks.length === 0
          ? Buffer.alloc(4)
          : encodePrefixed(remarks.map((remark) => `${remark}*#*`).join('')),
      )
      return true
    }
    case 'conf': {
      const client = decodePushedClient(await readPrefixed(socket, { signal }))
      const vkey = isPublicKey ? await receiver.createClient(client) : undefined
      if (vkey !== undefined) socket.write(Buffer.concat([yes, Buffer.from(vkey)]))
      return vkey !== undefined
    }
    case 'host': {
      const refusal = await receiver.addHost(decodePushedHost(await readPrefixed(socket, { signal })))
      if (refusal === null) socket.write(yes)
      return refusal === null
    }
    case 'task': {
      const refusal = await receiver.addTunnel(decodePushedTunnel(await readPrefixed(socket, { signal })))
      if (refusal === null) socket.write(yes)
      return refusal === null
    }
    default:
      throw new RangeError(`unknown entry ${JSON.stringify(kind)}`)
  }
}

/** Undefined when the agent has closed: it is done. */
async function nextKind(socket: Duplex, signal: AbortSignal): Promise<string | undefined> {
  let first: Buffer
  try {
    first = await readExactly(socket, 1, { signal })
  } catch (error) {
    // With a cause it was not an end but a failure of the connection.
    if (error instanceof EarlyEnd && error.cause === undefined) return undefined
    throw error
  }
  return Buffer.concat([first, await readExactly(socket, 3, { signal })]).toString('latin1')
}
