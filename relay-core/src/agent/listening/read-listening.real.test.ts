import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { userInfo } from 'node:os'
import { expect, it } from 'vitest'
import { listening } from '../../api/listening.ts'
import { readListening } from './read-listening.ts'

async function listen(host: string): Promise<{ port: number } & AsyncDisposable> {
  const server = createServer()
  server.listen(0, host)
  await once(server, 'listening')
  const close = async () => {
    server.close()
    await once(server, 'close')
  }
  return { port: (server.address() as AddressInfo).port, [Symbol.asyncDispose]: close }
}

it('is told what listens near by, whose it is, and nothing that may not be dialled', async () => {
  await using everywhere = await listen('0.0.0.0')
  await using loopback = await listen('::1')
  await using denied = await listen('127.0.0.1')
  const policy = ({ port }: { port: number }) => port !== denied.port
  const told = listening.parse(await readListening({ account: '', policy }))
  const at = (port: number) => told.listeners.filter((one) => one.port === port)
  const own = { owner: userInfo().username, isOwn: true, folder: process.cwd() }
  expect(at(everywhere.port)).toMatchObject([{ host: '127.0.0.1', ...own }])
  expect(at(loopback.port)).toMatchObject([{ host: '::1', ...own }])
  expect(at(everywhere.port)[0]?.command[0]).toContain('node')
  expect(at(denied.port)).toEqual([])
})

it('a person other than the one npc runs as has programs of their own there', async () => {
  await using one = await listen('127.0.0.1')
  const told = await readListening({ account: 'nobody', policy: () => true })
  const found = told?.listeners.find(({ port }) => port === one.port)
  expect(found).toMatchObject({ isOwn: false, folder: '' })
})

it('tells nothing where its system does not', async () => {
  const read = () => Promise.resolve(null)
  expect(await readListening({ account: '', policy: () => true }, { read })).toBeNull()
})

it('tells of a machine with Windows what it tells of any: no argument that may be a secret, and no more than fits', async () => {
  const command = [
    String.raw`C:\Users\Alice Smith\v\python.exe`,
    String.raw`C:\Users\Alice Smith\v\Scripts\jupyter-lab.exe`,
    '--ServerApp.token=s3cret',
    '--port',
    '8889',
  ]
  const one = { host: '127.0.0.1', owner: 'Alice', isOwn: true, folder: '', command }
  const listeners = Array.from({ length: 200 }, (_, at) => ({ ...one, port: at + 1 }))
  const home = String.raw`C:\Users\Alice Smith`
  const read = () => Promise.resolve({ home, listeners, others: [] })
  const told = listening.parse(await readListening({ account: '', policy: () => true }, { read }))
  expect(told.listeners).toHaveLength(100)
  expect(told.listeners[0]?.command).toEqual([...command.slice(0, 2), '--port', '8889'])
})
