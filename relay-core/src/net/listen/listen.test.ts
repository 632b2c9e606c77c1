import { createServer } from 'node:net'
import { expect, it } from 'vitest'
import { filesWith } from '../../testing/source-files.ts'
import { listen } from './listen.ts'

it('an error after the server listens ends nothing', async () => {
  const server = createServer()
  await listen(server, { host: '127.0.0.1', port: 0 })
  expect(() => server.emit('error', new Error('accept EMFILE'))).not.toThrow()
  expect(server.listening).toBe(true)
  server.close()
})

it('nothing else lets a server listen', async () => {
  const found = await filesWith(/\bserver\.listen\((?!\))/)
  // That one asks whether a port is free, and closes at once.
  expect(found).toEqual(['net/listen/listen.ts', 'relay/tunnels/registry/port-choice.ts'])
})
