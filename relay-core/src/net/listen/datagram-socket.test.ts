import { once } from 'node:events'
import { expect, it } from 'vitest'
import { bindDatagrams, sendDatagram } from './datagram-socket.ts'

it('an answer to a sender that claims to be at port 0 is dropped, and the next one is sent', async () => {
  const socket = await bindDatagrams({ host: '127.0.0.1', port: 0 })
  try {
    const { address, port } = socket.address()
    const heard = once(socket, 'message')
    sendDatagram(socket, Buffer.from('lost'), { address, port: 0 })
    sendDatagram(socket, Buffer.from('heard'), { address, port })
    expect(String((await heard)[0])).toBe('heard')
  } finally {
    socket.close()
  }
})
