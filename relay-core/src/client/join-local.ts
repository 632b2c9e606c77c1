import { isIP, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { isOwnAccount } from '../transport/peer-account.ts'
import { resetStream, splice, spliceLocal } from '../transport/splice.ts'

/** A program of another account of this machine has come to a door that is not for it. */
export class ForeignAccount extends Error {
  constructor() {
    super('a program of another account of this machine was turned away')
  }
}

/** Whether only this machine can reach what listens there: a door that a person opens to a network is for all of it. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

export interface LocalDoor {
  /** Where the door listens. */
  readonly host: string
  /** Programs of every account of this machine are let in. */
  readonly forAllAccounts?: boolean | undefined
  readonly visit: (wait: { signal: AbortSignal }) => Promise<Duplex>
  readonly signal: AbortSignal
}

/**
 * Leads a connection to a door on this machine on to where `visit` leads: for programs of this account (and root's) only, and
 * no request over HTTP that names another machine. Such a door has no password: whoever connects is in. Takes `socket`
 * over; fulfils when both have closed. Rejects, when `socket` is not joined, with `ForeignAccount`, or as `visit` does.
 */
export async function joinLocal(
  socket: Socket,
  { host, forAllAccounts, visit, signal }: LocalDoor,
): Promise<void> {
  try {
    const isForMe = isLoopback(host)
    if (isForMe && !forAllAccounts && !(await isOwnAccount(socket))) throw new ForeignAccount()
    const stream = await visit({ signal })
    if (signal.aborted) resetStream(stream)
    else if (isForMe) await spliceLocal(socket, stream)
    else await splice(socket, stream)
  } catch (error) {
    resetStream(socket)
    throw error
  }
}
