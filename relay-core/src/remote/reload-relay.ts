import { request } from 'node:http'
import { RelayError } from '../api/errors.ts'
import { explainControlSocketError } from './control-socket-error.ts'

const answerTimeoutMs = 10_000

/** Has the relay on this machine read nps.conf again. Answers its lines for the person who asked. */
export function reloadRelay(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath: path, path: '/reload', method: 'POST' }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (text += chunk))
      response.on('error', (error) => reject(explainControlSocketError(error, path)))
      response.on('end', () => {
        if (response.statusCode === 200) resolve(text)
        else reject(new RelayError('config-invalid', text, {}))
      })
    })
    call.setTimeout(answerTimeoutMs, () => call.destroy(new Error('it does not answer')))
    call.on('error', (error) => reject(explainControlSocketError(error, path)))
    call.end()
  })
}
