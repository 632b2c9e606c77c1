import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { duplexPair } from 'node:stream'
import { expect, it } from 'vitest'
import { filesWith } from '../../testing/source-files.ts'
import { serveConnection } from './serve-connection.ts'

// What happens on Bun is seen with the programs: test/compliance/memory.
it('a request reads and is answered, one after the other, over any connection', async () => {
  const [near, far] = duplexPair()
  const server = createServer((request: IncomingMessage, response) => {
    let length = 0
    request.on('data', (chunk: Buffer) => (length += chunk.length))
    request.on('end', () => response.end(`${length}`))
  })
  serveConnection(server, far)
  let answers = ''
  near.on('data', (chunk: Buffer) => (answers += chunk.toString()))
  const lengths = [1_000_000, 3]
  for (const bytes of lengths) {
    near.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${bytes}\r\n\r\n`)
    near.write(Buffer.alloc(bytes))
    while (!answers.endsWith(`\r\n\r\n${bytes}`)) await once(near, 'data')
  }
  expect(answers.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(lengths.length)
  near.destroy()
  far.destroy()
})

it('nothing else hands a connection to an HTTP server', async () => {
  expect(await filesWith(/\.emit\('connection'/)).toEqual(['net/listen/serve-connection.ts'])
})
