import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import ssh2, { type ClientChannel } from 'ssh2'
import { expect, test } from 'vitest'
import { execOnTerminal } from './exec-on-terminal.ts'
import { prepareKeys } from './prepared-keys.ts'

/** What a server is asked for on its channels, in order. It answers no request for a terminal that waits for an answer. */
async function server() {
  const asked: string[] = []
  const { private: key } = ssh2.utils.generateKeyPairSync('ed25519')
  const sshd = new ssh2.Server({ hostKeys: [key] }, (connection) => {
    connection.on('authentication', (context) => context.accept())
    connection.on('error', () => undefined)
    connection.on('session', (accept) => {
      const session = accept()
      session.on('pty', (_answer, _refuse, { cols, rows }) => void asked.push(`terminal ${cols}x${rows}`))
      session.on('exec', (answer, _refuse, { command }) => {
        asked.push(command)
        const channel = answer()
        channel.exit(0)
        channel.end()
      })
    })
  })
  sshd.listen(0, '127.0.0.1')
  await once(sshd, 'listening')
  const client = new ssh2.Client()
  client.connect({
    host: '127.0.0.1',
    port: (sshd.address() as AddressInfo).port,
    username: 'a',
    password: 'b',
  })
  await once(client, 'ready')
  return {
    asked,
    client,
    async [Symbol.asyncDispose]() {
      client.end()
      await once(client, 'close')
      sshd.close()
      await once(sshd, 'close')
    },
  }
}

function run(client: ssh2.Client, command: string, cols: number): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    execOnTerminal(client, command, { cols, rows: 24, term: 'xterm' }, (error, channel) =>
      error ? reject(error) : resolve(channel),
    )
  })
}

test('a command on a terminal takes two round trips: its channel, and what is asked for there together', async () => {
  await using bed = await server()
  const channels = await Promise.all([run(bed.client, 'one', 80), run(bed.client, 'two', 120)])
  // one that waited for an answer to the terminal would have asked for no command
  expect(bed.asked).toEqual(['terminal 80x24', 'one', 'terminal 120x24', 'two'])
  for (const channel of channels) channel.resume()
})

test('a command without a terminal is asked for as before', async () => {
  await using bed = await server()
  ;(await run(bed.client, 'one', 80)).resume()
  const plain = await new Promise<ClientChannel>((resolve, reject) =>
    bed.client.exec('plain', (error, channel) => (error ? reject(error) : resolve(channel))),
  )
  plain.resume()
  expect(bed.asked).toEqual(['terminal 80x24', 'one', 'plain'])
})

test('both keys of a connection can be prepared, and it goes on', async () => {
  await using bed = await server()
  expect(prepareKeys(bed.client)).toBe(2)
  for (const command of ['one', 'two']) (await run(bed.client, command, 80)).resume()
  expect(bed.asked).toHaveLength(4)
})
