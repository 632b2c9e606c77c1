import { request } from 'node:http'
import { RelayError, type RelayErrorCode } from '../api/errors.ts'
import { connectControlPath } from './connect-control-path.ts'
import { explainControlError } from './control-error.ts'
import type { ControlPath } from './control-path.ts'

/** An import of thousands of tunnels opens as many ports. */
const answerTimeoutMs = 60_000

/**
 * One question to the relay on this machine that is not part of its API, since only its owner may ask it.
 *
 * @throws RelayError `relay-unreachable`, or `refusedAs` with the relay's own sentence
 */
export async function askRelay(
  path: ControlPath,
  { question, body = '', refusedAs }: { question: string; body?: string; refusedAs: RelayErrorCode },
): Promise<string> {
  const socket = await connectControlPath(path).catch((error: Error) => {
    throw explainControlError(error, path)
  })
  return new Promise((resolve, reject) => {
    const options = { createConnection: () => socket, host: 'localhost', path: question, method: 'POST' }
    const call = request(options, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (text += chunk))
      response.on('error', (error) => reject(explainControlError(error, path)))
      response.on('end', () => {
        if (response.statusCode === 200) resolve(text)
        else reject(new RelayError(refusedAs, text, {}))
      })
    })
    call.setTimeout(answerTimeoutMs, () => call.destroy(new Error('it does not answer')))
    call.on('error', (error) => reject(explainControlError(error, path)))
    call.end(body)
  })
}
