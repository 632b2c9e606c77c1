import { describe, expect, it } from 'vitest'
import { decodeSocksDatagram, encodeSocksDatagram } from './socks-datagram.ts'

describe('a SOCKS5 datagram', () => {
  it('is read and written as captured', () => {
    expect(decodeSocksDatagram(Buffer.from('000000017f000001520a7535', 'hex'))).toEqual({
      host: '127.0.0.1',
      port: 21_002,
      data: Buffer.from('u5'),
    })
    const reply = encodeSocksDatagram({ host: '127.0.0.1', port: 21_002, data: Buffer.from('R:u5') })
    expect(reply.toString('hex')).toBe('000000017f000001520a523a7535')
  })

  it.each(['::1', 'fd00::1:2', '::ffff:10.0.0.7', '1:2:3:4:5:6:7:8'])('keeps %s', (host) => {
    const back = decodeSocksDatagram(encodeSocksDatagram({ host, port: 53, data: Buffer.from('x') }))
    expect(new URL(`http://[${back?.host}]`).host).toBe(new URL(`http://[${host}]`).host)
    expect(back).toMatchObject({ port: 53, data: Buffer.from('x') })
  })

  it('reads a name', () => {
    const packet = Buffer.concat([Buffer.from([0, 0, 0, 3, 3]), Buffer.from('lab'), Buffer.from([0, 53, 1])])
    expect(decodeSocksDatagram(packet)).toEqual({ host: 'lab', port: 53, data: Buffer.of(1) })
  })

  it.each([
    '',
    '000000',
    '000001017f000001520a',
    '000000017f0000',
    '0000000300',
    '00000005ffffffff',
    '000100017f000001520a75',
  ])('is not %j', (hex) => expect(decodeSocksDatagram(Buffer.from(hex, 'hex'))).toBeUndefined())
})
