import { EventEmitter } from 'node:events'
import type { Client, ClientChannel } from 'ssh2'
import { expect, it, vi } from 'vitest'
import { ManualClock } from '@nps-desktop/relay-core/testing/manual-clock'
import { SshConnection } from './ssh-connection.ts'

const address = { host: 'lab-a100', port: 22, user: 'goudan' }

/** A connection whose server answers when it is told to, and one channel that is asked for. */
function askForChannel(options: { clock?: ManualClock; signal?: AbortSignal }) {
  const client = Object.assign(new EventEmitter(), { end: () => undefined, destroy: () => undefined })
  const connection = new SshConnection(address, client as unknown as Client, options)
  let answer: (error: Error | undefined, channel: ClientChannel) => void = () => undefined
  const { signal = new AbortController().signal } = options
  const held = connection.hold<ClientChannel>((_client, done) => (answer = done), { mayMove: false, signal })
  const channel = Object.assign(new EventEmitter(), {
    isClosed: false,
    destroy: () => (channel.isClosed = true),
  })
  return { held, channel, answer: () => answer(undefined, channel as unknown as ClientChannel) }
}

it('does not wait for ever for a server that keeps the connection and opens nothing', async () => {
  const clock = new ManualClock()
  const { held, channel, answer } = askForChannel({ clock })
  clock.advance(30_000)
  await expect(held).rejects.toMatchObject({ code: 'ssh-timeout', params: { host: 'lab-a100', seconds: 30 } })
  expect(clock.waiting).toBe(0)
  answer()
  answer()
  await vi.waitUntil(() => channel.isClosed)
})

it('closes a channel that has opened in the moment in which it was given up', async () => {
  const giveUp = new AbortController()
  const { held, channel, answer } = askForChannel({ signal: giveUp.signal })
  answer()
  giveUp.abort()
  await expect(held).rejects.toMatchObject({ code: 'cancelled' })
  expect(channel.isClosed).toBe(true)
})
