import { describe, expect, it } from 'vitest'
import { iptables, nft, ufw, zone } from '../../../testing/firewall-listings.ts'
import { judgeFirewalld, parseFirewalldZone } from './firewalld-zone.ts'
import { judgeIptables, parseIptables } from './iptables-rules.ts'
import { judgeNft, parseNftRuleset } from './nft-ruleset.ts'
import { judgeUfw, parseUfwStatus } from './ufw-status.ts'

describe('what a packet filter does with a visitor', () => {
  it('iptables', () => {
    const chains = parseIptables(iptables)
    const judge = (port: number): string => judgeIptables(chains, { port, protocol: 'tcp', by: 'eth0' })
    expect([22, 80, 8050].map(judge)).toEqual(['accept', 'accept', 'accept'])
    expect([7001, 9999, 443].map(judge)).toEqual(['drop', 'drop', 'accept'])
    expect(judge(9100)).toBe('reject')
    expect(judge(9200)).toBe('reject')
  })

  it('nftables, with sets, maps, jumps and conditions it does not understand', () => {
    const tables = parseNftRuleset(nft)
    expect(tables.map(({ family, name, inputs }) => [family, name, inputs])).toEqual([
      ['inet', 'filter', ['input']],
      ['ip', 'nat', []],
    ])
    const judge = (port: number): string => judgeNft(tables, { port, protocol: 'tcp', by: 'eth0' }).verdict
    expect([22, 8024, 443, 7050].map(judge)).toEqual(['accept', 'accept', 'accept', 'accept'])
    expect([25, 7100, 65_001, 9000].map(judge)).toEqual(['drop', 'drop', 'drop', 'reject'])
    expect(judgeNft(tables, { port: 7100, protocol: 'tcp', by: 'eth0' }).places).toEqual([
      { family: 'inet', table: 'filter', chain: 'input' },
    ])
  })

  it('ufw, of which the first rule counts and rules for one address do not', () => {
    const status = parseUfwStatus(ufw)
    const judge = (port: number): string => judgeUfw(status, { port, protocol: 'tcp', by: 'eth0' })
    expect([22, 7000, 9000].map(judge)).toEqual(['accept', 'accept', 'accept'])
    expect([7500, 8024, 53].map(judge)).toEqual(['drop', 'accept', 'drop'])
    expect(judgeUfw(parseUfwStatus('Status: inactive'), { port: 1, protocol: 'tcp', by: 'eth0' })).toBe(
      'accept',
    )
  })

  it('firewalld', () => {
    const parsed = parseFirewalldZone(zone)
    expect(parsed?.name).toBe('public')
    const judge = (port: number): string | undefined =>
      parsed?.ports && judgeFirewalld(parsed, { port, protocol: 'tcp', by: 'eth0' })
    expect([7000, 443, 8024, 53].map(judge)).toEqual(['accept', 'accept', 'reject', 'reject'])
    expect(parseFirewalldZone('')).toBeNull()
  })
})

describe('what a packet filter does with a UDP packet', () => {
  const arrival = (port: number) => ({ port, protocol: 'udp', by: 'eth0' }) as const

  it('rules for one protocol say nothing of the other', () => {
    expect(judgeIptables(parseIptables(iptables), arrival(8024))).toBe('accept')
    const byNft = parseNftRuleset(nft)
    expect([53, 22, 443].map((port) => judgeNft(byNft, arrival(port)).verdict)).toEqual([
      'accept',
      'drop',
      'drop',
    ])
    const byUfw = parseUfwStatus(ufw.replace('7500  ', '8025  ').replace('DENY IN ', 'ALLOW IN'))
    expect([53, 22, 8025].map((port) => judgeUfw(byUfw, arrival(port)))).toEqual(['accept', 'drop', 'accept'])
    const parsed = parseFirewalldZone(zone)
    expect([53, 443].map((port) => parsed && judgeFirewalld(parsed, arrival(port)))).toEqual([
      'accept',
      'reject',
    ])
  })
})
