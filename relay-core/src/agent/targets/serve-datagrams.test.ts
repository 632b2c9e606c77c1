import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { openDatagramSocket } from './serve-datagrams.ts'

const { signal } = new AbortController()
// names that end in .localhost have an address of each family
const target = { host: 'udp.localhost', port: 9 }

async function reached(isAllowed: (address: string) => boolean): Promise<string> {
  const socket = await openDatagramSocket(target, { policy: (_, address) => isAllowed(address), signal })
  const { address } = socket.remoteAddress()
  socket.close()
  return address
}

async function hasIpv6(): Promise<boolean> {
  const socket = createSocket('udp6').bind(0, '::1')
  const bound = await Promise.race([
    once(socket, 'listening').then(() => true),
    once(socket, 'error').then(() => false),
  ])
  socket.close()
  return bound
}

test('a name with addresses of two families is reached at the one that may be dialled', async ({ skip }) => {
  expect(await reached((address) => address === '127.0.0.1')).toBe('127.0.0.1')
  await expect(reached(() => false)).rejects.toMatchObject({ code: 'target-denied' })
  if (!(await hasIpv6())) skip('this machine has no IPv6')
  expect(await reached((address) => address === '::1')).toBe('::1')
})
