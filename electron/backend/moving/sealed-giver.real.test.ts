import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { silentLog } from '@nps-desktop/relay-core/log'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { receivedMark, SealedGiver } from './sealed-giver.ts'

const request = 'the word of the code'
const file = Buffer.alloc(300_000, 7)
let giver: SealedGiver
let isTaken: boolean
beforeEach(async () => {
  giver = await SealedGiver.open({ file, request, log: silentLog })
  isTaken = false
  void giver.taken.then(() => (isTaken = true))
})
afterEach(() => giver.close())

function visit(): Socket {
  return connect({ host: '127.0.0.1', port: giver.port, allowHalfOpen: true }).on('error', () => undefined)
}

async function heard(socket: Socket): Promise<number> {
  let bytes = 0
  socket.on('data', (chunk: Buffer) => (bytes += chunk.length))
  // one that is turned away may be reset
  await new Promise((resolve) => socket.once('end', resolve).once('close', resolve))
  return bytes
}

test('whoever says the word gets all of it, in however many pieces it is said, and has it once it says so', async () => {
  const socket = visit()
  for (const letter of request) socket.write(letter)
  expect(await heard(socket)).toBe(file.length)
  expect(isTaken).toBe(false)
  socket.end(Buffer.of(receivedMark))
  await giver.taken
})

test('whoever says anything else gets nothing', async () => {
  for (const said of ['', 'x', request.slice(0, -1), request.toUpperCase(), 'x'.repeat(100_000)]) {
    const socket = visit()
    socket.end(said)
    expect([said.length, await heard(socket)]).toEqual([said.length, 0])
    socket.destroy()
  }
  expect(isTaken).toBe(false)
})

test('one that breaks off, or could not open it, has not used it up', async () => {
  const gone = visit()
  gone.write(request)
  await once(gone, 'data')
  gone.destroy()
  const failed = visit()
  failed.write(request)
  expect(await heard(failed)).toBe(file.length)
  failed.end('no')
  await once(failed, 'close')
  expect(isTaken).toBe(false)
  const again = visit()
  again.write(request)
  expect(await heard(again)).toBe(file.length)
  again.end(Buffer.of(receivedMark))
  await giver.taken
})
