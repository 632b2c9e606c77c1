import type { ListOf, UnreadItem } from '../../api/lists.ts'
import type { Folders } from '../../config/file/folders.ts'
import { connectControlSocket } from '../../api-client/connect-control-socket.ts'
import { controlPath } from '../../api-client/control-path.ts'
import type { RelayClient } from '../../api-client/relay-client.ts'
import { relayVersion } from '../../version.ts'
import { ExitError, exitCode } from '../shared/exit.ts'
import { printBeside } from '../shared/output.ts'

/** Does something with the relay that runs on this machine. */
export async function withRelay<T>(folders: Folders, work: (relay: RelayClient) => Promise<T>): Promise<T> {
  const connection = await connectControlSocket(controlPath(folders.state))
  try {
    return await work(connection.client)
  } finally {
    connection.close()
  }
}

/** A list of that relay. What this program cannot read of it is named on standard error, beside the list. `what`: one of its items. */
export async function listOfRelay<T>(
  folders: Folders,
  what: 'client' | 'tunnel' | 'guest pass',
  ask: (relay: RelayClient) => Promise<ListOf<T>>,
): Promise<T[]> {
  const list = await withRelay(folders, ask)
  for (const item of list.unread ?? []) printBeside(`Not shown: ${unreadable(what, item)}`)
  return list
}

/** The item that a person wants to change. @throws ExitError where this program cannot read it, and so could not keep the rest of it */
export function toChange<T extends { readonly id: number }>(
  list: ListOf<T>,
  what: 'client' | 'tunnel',
  id: number,
): T | undefined {
  const unread = list.unread?.find((one) => one.id === id)
  if (unread) throw new ExitError(exitCode.failed, `Nothing is changed: ${unreadable(what, unread)}`)
  return list.find((one) => one.id === id)
}

function unreadable(what: string, { id, name }: UnreadItem): string {
  const called = name === '' ? '' : ` “${name}”`
  return `${what} ${id}${called} is of a kind that only a newer version knows. This is nps ${relayVersion}: update it.`
}
