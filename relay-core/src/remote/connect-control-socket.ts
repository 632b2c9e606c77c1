import { request } from 'node:http'
import { WebSocket } from 'ws'
import { RelayError } from '../api/errors.ts'
import { holdConnection, type RelayConnection } from './relay-connection.ts'

const answerTimeoutMs = 10_000

/** Connects to the API of the relay on this machine. @throws RelayError `relay-unreachable` with the next step */
export function connectControlSocket(path: string): Promise<RelayConnection> {
  return new Promise((resolve, reject) => {
    const webSocket = new WebSocket(`ws+unix:${path}:/api`, {
      perMessageDeflate: false,
      handshakeTimeout: answerTimeoutMs,
    })
    const fail = (error: Error) => reject(explain(error, path))
    webSocket.on('error', fail)
    webSocket.once('open', () => {
      webSocket.off('error', fail)
      resolve(holdConnection(webSocket, ''))
    })
  })
}

/** Has the relay on this machine read nps.conf again. Answers its lines for the person who asked. */
export function reloadRelay(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath: path, path: '/reload', method: 'POST' }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (text += chunk))
      response.on('error', (error) => reject(explain(error, path)))
      response.on('end', () => {
        if (response.statusCode === 200) resolve(text)
        else reject(new RelayError('config-invalid', text, {}))
      })
    })
    call.setTimeout(answerTimeoutMs, () => call.destroy(new Error('it does not answer')))
    call.on('error', (error) => reject(explain(error, path)))
    call.end()
  })
}

function explain(error: Error, path: string): RelayError {
  const { code } = error as NodeJS.ErrnoException
  const params = { path }
  if (code === 'EACCES' || code === 'EPERM') {
    return new RelayError(
      'not-possible-here',
      `${path} may be opened by its owner only. Run this as the user that nps runs as, for root with sudo.`,
      params,
      { cause: error },
    )
  }
  if (code === 'ENOENT' || code === 'ECONNREFUSED') {
    return new RelayError(
      'relay-unreachable',
      `nps is not running (nobody listens on ${path}). Start it with "nps start", or "nps" in the foreground.`,
      params,
      { cause: error },
    )
  }
  return new RelayError(
    'relay-unreachable',
    `nps on this machine did not answer: ${error.message}.`,
    params,
    {
      cause: error,
    },
  )
}
