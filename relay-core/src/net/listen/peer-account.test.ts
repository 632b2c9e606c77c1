import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { isOwnAccount, ownerOf } from './peer-account.ts'

const line = (local: string, remote: string, uid: number, inode: number) =>
  `   0: ${local} ${remote} 01 00000000:00000000 00:00000000 00000000  ${uid}        0 ${inode} 1 0000000000000000 20 4 30 10 -1`
const table = [
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
  line('0100007F:1F90', '0100007F:D431', 1000, 50),
  line('0100007F:D431', '0100007F:1F90', 1001, 51),
  line('0100007F:D432', '0100007F:1F90', 0, 0),
  line('00000000000000000000000001000000:D433', '00000000000000000000000001000000:1F90', 1002, 53),
  line('0000000000000000FFFF00000100007F:D434', '0000000000000000FFFF00000100007F:1F90', 1003, 54),
].join('\n')

const ends = (address: string, port: number) =>
  [
    { address, port },
    { address, port: 8080 },
  ] as const

describe('whose a connection within this machine is', () => {
  it.each([
    ['the other end, and not our own', '127.0.0.1', 54321, 1001],
    ['a program that has gone, whose socket shows as root’s', '127.0.0.1', 54322, null],
    ['IPv6', '::1', 54323, 1002],
    ['IPv4 in a socket of both families', '127.0.0.1', 54324, 1003],
    ['nobody', '127.0.0.1', 54399, null],
  ])('%s', (_, address, port, owner) => {
    expect(ownerOf(table, ends(address, port))).toBe(owner)
  })

  it.runIf(process.platform === 'linux')(
    'programs of this account are known, in either family, several at once',
    async () => {
      const server = createServer().listen(0, '::')
      await once(server, 'listening')
      const { port } = server.address() as AddressInfo
      const accepted: Socket[] = []
      server.on('connection', (socket) => accepted.push(socket))
      const programs = ['127.0.0.1', '::1', '127.0.0.2', '::1'].map((host) => connect({ host, port }))
      await Promise.all(programs.map((program) => once(program, 'connect')))
      await expect.poll(() => accepted.length).toBe(programs.length)
      expect(await Promise.all(accepted.map(isOwnAccount))).toEqual([true, true, true, true])
      for (const socket of [...programs, ...accepted]) socket.destroy()
      server.close()
    },
  )
})
