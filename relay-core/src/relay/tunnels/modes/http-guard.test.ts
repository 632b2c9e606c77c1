import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { duplexPair } from 'node:stream'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { serveFolder } from '../../../agent/files/serve-folder.ts'
import { silentLog } from '../../../log/log.ts'
import { guardHttp } from './http-guard.ts'
import { PasswordCheck } from '../password-check.ts'

let folder: string
let opened = 0
const passwords = new PasswordCheck()

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'guard-'))
  await writeFile(join(folder, 'a.txt'), '0123456789')
})
afterAll(() => rm(folder, { recursive: true }))

const open = () => {
  opened += 1
  const [here, there] = duplexPair()
  void serveFolder(there, folder, { log: silentLog })
  return Promise.resolve(here)
}

async function ask(user: string | undefined, { method = 'GET', path = '/a.txt' } = {}) {
  const stream = guardHttp(open, {
    users: [{ name: 'ada', password: 'love:lace' }],
    passwords,
    address: '203.0.113.7',
    log: silentLog,
  })
  const headers = user === undefined ? {} : { authorization: `Basic ${Buffer.from(user).toString('base64')}` }
  const request = httpRequest({ createConnection: () => stream, path, method, headers, host: 'lab' }).end()
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  stream.destroy()
  return [response.statusCode, Buffer.concat(chunks).toString()]
}

it('passes on what an account asks for, and nothing of anybody else', async () => {
  expect(await ask('ada:love:lace')).toEqual([200, '0123456789'])
  expect(await ask('ada:love:lace', { path: '/none' })).toEqual([404, '404 Not Found\n'])
  expect(await ask('ada:love:lace', { method: 'HEAD' })).toEqual([200, ''])
  expect(opened).toBe(3)
  expect(await ask(undefined)).toEqual([401, ''])
  expect(await ask('ada:wrong')).toEqual([401, ''])
  expect(await ask(':')).toEqual([401, ''])
  expect(await ask('ada:love:lace', { method: 'DELETE' })).toEqual([405, ''])
  expect(opened).toBe(3)
})

it('answers who guesses with 429, the right password too, however many connections they take', async () => {
  const guesses = await Promise.all(Array.from({ length: 60 }, (_, guess) => ask(`ada:${guess}`)))
  const statuses = guesses.map(([status]) => status)
  expect(statuses.filter((status) => status === 401).length).toBeLessThan(20)
  expect(new Set(statuses)).toEqual(new Set([401, 429]))
  expect(await ask('ada:love:lace')).toEqual([429, ''])
})
