import { EventEmitter } from 'node:events'
import type { Client, ClientChannel } from 'ssh2'
import { expect, it } from 'vitest'
import { ManualClock } from '@nps-desktop/relay-core/testing/manual-clock'
import { SshConnection } from './ssh-connection.ts'

const address = { host: 'lab-a100', port: 22, user: 'goudan' }

it('does not wait for ever for a server that keeps the connection and opens nothing', async () => {
  const clock = new ManualClock()
  const client = Object.assign(new EventEmitter(), { end: () => undefined, destroy: () => undefined })
  const connection = new SshConnection(address, client as unknown as Client, { clock })
  let answer: (error: undefined, channel: ClientChannel) => void = () => undefined
  const options = { mayMove: false, signal: new AbortController().signal }
  const held = connection.hold<ClientChannel>((_client, done) => (answer = done), options)
  clock.advance(30_000)
  await expect(held).rejects.toMatchObject({ code: 'ssh-timeout', params: { host: 'lab-a100', seconds: 30 } })
  expect(clock.waiting).toBe(0)
  let isClosed = false
  answer(undefined, { destroy: () => (isClosed = true) } as unknown as ClientChannel)
  expect(isClosed).toBe(true)
})
