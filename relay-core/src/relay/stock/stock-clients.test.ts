import { expect, test } from 'vitest'
import { md5Hex } from '../../stock/messages/handshake.ts'
import { StockClients } from './stock-clients.ts'

test('a stock key finds its client while that is there and switched on', () => {
  let records = [
    { id: 1, vkey: 'one', enabled: true, settings: { crypt: true } },
    { id: 2, vkey: 'two', enabled: false, settings: {} },
  ]
  const clients = new StockClients(() => records)
  expect(clients.findByVerifyKey(md5Hex('one'))).toEqual({ id: 1, crypt: true, compress: false })
  expect(clients.findByVerifyKey(md5Hex('two'))).toBeUndefined()
  expect(clients.findByVerifyKey(md5Hex('three'))).toBeUndefined()
  expect(clients.findByVerifyKey('one')).toBeUndefined()
  records = [{ id: 3, vkey: 'three', enabled: true, settings: {} }]
  expect(clients.findByVerifyKey(md5Hex('one'))).toBeUndefined()
  expect(clients.findByVerifyKey(md5Hex('three'))?.id).toBe(3)
})
