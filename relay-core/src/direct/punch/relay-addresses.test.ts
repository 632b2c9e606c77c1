import { expect, test } from 'vitest'
import { RelayAddresses } from './relay-addresses.ts'

const { signal } = new AbortController()

test('are all that its name has and has had, and all at which it was reached, however they are written', async () => {
  const answers = [['192.0.2.10', '2001:db8:9::10'], ['192.0.2.11']]
  const addresses = new RelayAddresses('relay.example', () => Promise.resolve(answers.shift() ?? []))
  addresses.reachedAt('::ffff:198.51.100.7')
  addresses.reachedAt('fe80::1%eth0')
  const first = ['198.51.100.7', 'fe80::1', '192.0.2.10', '2001:db8:9::10']
  expect(await addresses.all({ signal })).toEqual(first)
  expect(await addresses.all({ signal })).toEqual([...first, '192.0.2.11'])
})

test('a name that cannot be resolved takes none away', async () => {
  const addresses = new RelayAddresses('relay.example', () => Promise.reject(new Error('ENOTFOUND')))
  addresses.reachedAt('192.0.2.10')
  expect(await addresses.all({ signal })).toEqual(['192.0.2.10'])
})
