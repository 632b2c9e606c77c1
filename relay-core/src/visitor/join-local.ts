import { isIP, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { AddressList } from '../net/address/address-list.ts'
import { isOwnAccount } from '../net/listen/peer-account.ts'
import type { PrivateStream } from '../native/private-link.ts'
import { resetStream, splice, spliceLocal } from '../net/stream/splice.ts'

/** A program of another account of this machine has connected to a local port that is not for it. */
export class ForeignAccount extends Error {
  constructor() {
    super('a program of another account of this machine was turned away')
  }
}

const loopback = new AddressList(['127.0.0.0/8', '::1'])

/** Whether a host is this machine itself, however it is spelled: no other machine can reach what listens there. */
export function isLoopback(host: string): boolean {
  return isIP(host) === 0 ? host === 'localhost' : loopback.has(host)
}

export interface JoinLocalOptions {
  /** Where the local port listens. */
  readonly host: string
  /** Programs of every account of this machine are let in. */
  readonly forAllAccounts?: boolean | undefined
  readonly visit: (wait: { signal: AbortSignal }) => Promise<Duplex>
  readonly signal: AbortSignal
}

/**
 * Joins a connection to a local port to the stream that `visit` opens: for programs of this account (and root's) only, and
 * for no HTTP request that names another machine, unless it leads to a proxy. Such a port has no password: whoever connects is in. Takes `socket`
 * over; fulfils when both have closed. Rejects, when `socket` is not joined, with `ForeignAccount`, or as `visit` does.
 */
export async function joinLocal(
  socket: Socket,
  { host, forAllAccounts, visit, signal }: JoinLocalOptions,
): Promise<void> {
  try {
    // A port that a person opens to a network is for all of it.
    const isForMe = isLoopback(host)
    if (isForMe && !forAllAccounts && !(await isOwnAccount(socket))) throw new ForeignAccount()
    const stream: PrivateStream = await visit({ signal })
    if (signal.aborted) resetStream(stream)
    else if (isForMe && !stream.isProxy) await spliceLocal(socket, stream)
    else await splice(socket, stream)
  } catch (error) {
    resetStream(socket)
    throw error
  }
}
