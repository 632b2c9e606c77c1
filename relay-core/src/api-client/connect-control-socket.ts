import { connect } from 'node:net'
import { WebSocket } from 'ws'
import { explainControlSocketError } from './control-socket-error.ts'
import { holdConnection, type ApiConnection } from './api-connection.ts'

const answerTimeoutMs = 10_000

/** Connects to the API of the relay on this machine. @throws RelayError `relay-unreachable` with the next step */
export function connectControlSocket(path: string): Promise<ApiConnection> {
  return new Promise((resolve, reject) => {
    const webSocket = new WebSocket('ws://localhost/api', {
      // Not as part of an address: a folder's name may hold whatever means something there.
      createConnection: () => connect(path),
      perMessageDeflate: false,
      handshakeTimeout: answerTimeoutMs,
    })
    const fail = (error: Error) => reject(explainControlSocketError(error, path))
    webSocket.on('error', fail)
    webSocket.once('open', () => {
      webSocket.off('error', fail)
      resolve(holdConnection(webSocket, ''))
    })
  })
}
