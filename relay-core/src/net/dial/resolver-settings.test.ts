import { expect, test } from 'vitest'
import { parseHosts } from './hosts-file.ts'
import { candidates, namesOtherSources, parseResolv } from './resolver-settings.ts'

test('the last search or domain of resolv.conf counts, and ndots', () => {
  const text =
    'nameserver 10.0.0.1\ndomain a.example\nsearch b.example c.example # ours\noptions edns0 ndots:2\n'
  expect(parseResolv(text)).toEqual({ search: ['b.example', 'c.example'], dots: 2 })
  expect(parseResolv('')).toEqual({ search: [], dots: 1 })
})

test.each([
  ['gpu', ['gpu.lab.example', 'gpu']],
  ['gpu.lab', ['gpu.lab', 'gpu.lab.lab.example']],
  ['gpu.', ['gpu']],
])('%s is asked for as the system would', (name, expected) => {
  expect(candidates(name, { search: ['lab.example.'], dots: 1 })).toEqual(expected)
})

test.each([
  ['', false],
  ['hosts: files dns', false],
  ['passwd: files sss\nhosts:\tfiles  dns # mdns', false],
  ['hosts: files mdns4_minimal [NOTFOUND=return] dns', true],
  ['hosts: files resolve [!UNAVAIL=return] dns', true],
])('nsswitch "%s" names other sources than files and DNS: %s', (text, expected) => {
  expect(namesOtherSources(text)).toBe(expected)
})

test('the hosts file gives a name all its addresses, in any case, and no comment', () => {
  const names = parseHosts(
    '127.0.0.1 localhost\n::1 localhost # not this\n192.0.2.7\tGPU gpu.lab\nnonsense gpu\n',
  )
  expect(names.get('localhost')).toEqual(['127.0.0.1', '::1'])
  expect(names.get('gpu')).toEqual(['192.0.2.7'])
  expect(names.get('gpu.lab')).toEqual(['192.0.2.7'])
  expect([...names.keys()]).not.toContain('not')
})
