import { expect, test } from 'vitest'
import { md5Hex } from '../nps/handshake.ts'
import { StockClients } from './stock-clients.ts'

test('a stock key finds its client while that is there and switched on', () => {
  let records = [
    { id: 1, vkey: 'one', enabled: true },
    { id: 2, vkey: 'two', enabled: false },
  ]
  const clients = new StockClients(() => records)
  expect(clients.findByVerifyKey(md5Hex('one'))?.id).toBe(1)
  expect(clients.findByVerifyKey(md5Hex('two'))).toBeUndefined()
  expect(clients.findByVerifyKey(md5Hex('three'))).toBeUndefined()
  expect(clients.findByVerifyKey('one')).toBeUndefined()
  records = [{ id: 3, vkey: 'three', enabled: true }]
  expect(clients.findByVerifyKey(md5Hex('one'))).toBeUndefined()
  expect(clients.findByVerifyKey(md5Hex('three'))?.id).toBe(3)
})
