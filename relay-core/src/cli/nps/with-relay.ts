import type { Folders } from '../../config/file/folders.ts'
import { connectControlSocket } from '../../api-client/connect-control-socket.ts'
import { controlPath } from '../../api-client/control-path.ts'
import type { RelayClient } from '../../api-client/relay-client.ts'

/** Does something with the relay that runs on this machine. */
export async function withRelay<T>(folders: Folders, work: (relay: RelayClient) => Promise<T>): Promise<T> {
  const connection = await connectControlSocket(controlPath(folders.state))
  try {
    return await work(connection.client)
  } finally {
    connection.close()
  }
}
