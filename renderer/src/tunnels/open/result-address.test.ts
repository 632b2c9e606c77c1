import { expect, test } from 'vitest'
import { resultAddress } from './result-address.ts'
import { emptyDraft } from '../form/tunnel-draft.ts'

const place = {
  host: '120.1.1.2',
  nextPort: 7004,
  httpPort: 80,
  httpsPort: 443,
  laptopAddress: null,
  gatewayAddress: null,
}
const taken = new Set([8888])
const draft = { ...emptyDraft(), target: '127.0.0.1:8889' }

test('the address is said before the tunnel is there, whatever its kind', () => {
  const at = (kind: Parameters<typeof resultAddress>[0], reach: 'laptop' | 'anyone' | 'listed', part = {}) =>
    resultAddress(kind, { draft: { ...draft, ...part }, reach, place, taken })
  expect(at('jupyter', 'laptop')).toEqual({ says: 'onLaptop', address: 'http://127.0.0.1:8889' })
  // another notebook has 8888 here already
  expect(at('jupyter', 'laptop', { target: '127.0.0.1:8888' }).address).toBe('http://127.0.0.1:8889')
  expect(at('ssh', 'laptop', { target: '127.0.0.1:22' }).address).toBe('ssh -p 2022 127.0.0.1')
  expect(at('tcp', 'listed')).toEqual({ says: 'forListed', address: '120.1.1.2:7004' })
  const range = { port: '7010-7012', target: '127.0.0.1:8000-8002' }
  expect(at('udp', 'anyone', range)).toEqual({ says: 'forAnyone', address: '120.1.1.2:7010-7012' })
  expect(at('tcp', 'laptop', { ...range, port: '' }).address).toBe('127.0.0.1:8000-8002')
  expect(at('tcp', 'listed', { ...range, port: '' })).toEqual({ says: 'nextPorts', address: '' })
  expect(at('tcp', 'anyone', { ...range, port: '7010-7011' }).address).toBe('')
  expect(at('udp', 'anyone', { port: '7010' })).toEqual({ says: 'forAnyone', address: '120.1.1.2:7010' })
  expect(at('socks5', 'anyone')).toEqual({ says: 'programsUse', address: 'socks5://120.1.1.2:7004' })
  expect(at('socks5', 'laptop')).toEqual({ says: 'onLaptop', address: 'socks5://127.0.0.1:1080' })
  expect(at('httpProxy', 'laptop', { port: '8118' }).address).toBe('http://127.0.0.1:8118')
  expect(at('host', 'anyone', { hostName: 'demo.example.org' }).address).toBe('https://demo.example.org')
  expect(at('host', 'anyone', { hostName: '*.example.org' }).address).toBe('')
})

test('a server without a free port, or without a port for web addresses, is said too', () => {
  const none = { ...place, nextPort: null, httpPort: null, httpsPort: null }
  expect(resultAddress('udp', { draft, reach: 'anyone', place: none, taken }).says).toBe('noPort')
  expect(resultAddress('host', { draft, reach: 'anyone', place: none, taken }).says).toBe('noWebPort')
  expect(
    resultAddress('host', {
      draft: { ...draft, hostName: 'a.org' },
      reach: 'anyone',
      place: { ...none, httpPort: 8081 },
      taken,
    }).address,
  ).toBe('http://a.org:8081')
})
