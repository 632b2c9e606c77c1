// oxlint-disable vitest/expect-expect -- each of these leaves something and expects nothing
import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { openSync, watch } from 'node:fs'
import { open } from 'node:fs/promises'
import { connect, createServer, type AddressInfo } from 'node:net'
import { Worker } from 'node:worker_threads'
import { beforeAll, test } from 'vitest'

/** A test file that leaves one of everything open, run by the guard's own test. All of it ends with its process. */

beforeAll(() => void setInterval(() => undefined, 60_000))

test('a timer', () => void setTimeout(() => undefined, 60_000).unref())

test('a server and two sockets', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  await Promise.all([once(socket, 'connect'), once(server, 'connection')])
})

test('datagrams', async () => {
  await once(createSocket('udp4').bind(0, '127.0.0.1'), 'listening')
})

test('a child', () => void spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: 'pipe' }))

test('a worker', () => void new Worker('setInterval(() => undefined, 60_000)', { eval: true }))

test('a watcher', () => void watch(import.meta.dirname))

let handle: unknown
test('an open file', async () => {
  handle = await open(import.meta.filename)
})

test('a descriptor', () => void openSync('/etc/hostname', 'r'))

test('that the handle of the file is kept', () => void handle)
