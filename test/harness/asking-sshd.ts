import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import ssh2, { type AuthContext } from 'ssh2'

/** One round of questions (RFC 4256), and whether the answers are right. */
export interface Round {
  readonly instructions?: string
  readonly prompts: readonly { readonly prompt: string; readonly echo: boolean }[]
  readonly accepts: (answers: readonly string[]) => boolean
}

/** An ssh server that lets in by questions only: what PAM modules for second factors ask, without those modules. */
export async function startAskingSshd(rounds: readonly Round[]): Promise<{ port: number; close(): void }> {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  const server = new ssh2.Server({ hostKeys: [privateKey] }, (client) => {
    client.on('error', () => undefined)
    client.on('authentication', (context) => askRounds(context, rounds))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { port: (server.address() as AddressInfo).port, close: () => server.close() }
}

/** Lets in whoever answers each round rightly. */
export function askRounds(context: AuthContext, rounds: readonly Round[]): void {
  if (context.method !== 'keyboard-interactive') return context.reject(['keyboard-interactive'])
  const ask = (index: number): void => {
    const round = rounds[index]
    if (!round) return context.accept()
    context.prompt([...round.prompts], '', round.instructions ?? '', (answers: string[]) =>
      round.accepts(answers) ? ask(index + 1) : context.reject(['keyboard-interactive']),
    )
  }
  ask(0)
}
