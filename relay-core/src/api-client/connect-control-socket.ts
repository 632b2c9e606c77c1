import { WebSocket } from 'ws'
import { holdConnection, type ApiConnection } from './api-connection.ts'
import { connectControlPath } from './connect-control-path.ts'
import { explainControlError } from './control-error.ts'
import type { ControlPath } from './control-path.ts'

const answerTimeoutMs = 10_000

/** Connects to the API of the relay on this machine. @throws RelayError `relay-unreachable` with the next step */
export async function connectControlSocket(path: ControlPath): Promise<ApiConnection> {
  const socket = await connectControlPath(path).catch((error: Error) => {
    throw explainControlError(error, path)
  })
  return new Promise((resolve, reject) => {
    const webSocket = new WebSocket('ws://localhost/api', {
      // Not as part of an address: a folder's name may hold whatever means something there.
      createConnection: () => socket,
      perMessageDeflate: false,
      handshakeTimeout: answerTimeoutMs,
    })
    const fail = (error: Error) => reject(explainControlError(error, path))
    webSocket.on('error', fail)
    webSocket.once('open', () => {
      webSocket.off('error', fail)
      resolve(holdConnection(webSocket, ''))
    })
  })
}
