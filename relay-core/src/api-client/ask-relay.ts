import { request } from 'node:http'
import { RelayError, type RelayErrorCode } from '../api/errors.ts'
import { explainControlSocketError } from './control-socket-error.ts'

/** An import of thousands of tunnels opens as many ports. */
const answerTimeoutMs = 60_000

/**
 * One question to the relay on this machine that is not part of its API, since only its owner may ask it.
 *
 * @throws RelayError `relay-unreachable`, or `refusedAs` with the relay's own sentence
 */
export function askRelay(
  path: string,
  { question, body = '', refusedAs }: { question: string; body?: string; refusedAs: RelayErrorCode },
): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath: path, path: question, method: 'POST' }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (text += chunk))
      response.on('error', (error) => reject(explainControlSocketError(error, path)))
      response.on('end', () => {
        if (response.statusCode === 200) resolve(text)
        else reject(new RelayError(refusedAs, text, {}))
      })
    })
    call.setTimeout(answerTimeoutMs, () => call.destroy(new Error('it does not answer')))
    call.on('error', (error) => reject(explainControlSocketError(error, path)))
    call.end(body)
  })
}
