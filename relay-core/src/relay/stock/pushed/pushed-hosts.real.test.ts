import { RelayError } from '../../../api/errors.ts'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { decodePushedHost } from '../../../stock/configuration/pushed-config.ts'
import { PushedBed } from '../../../testing/pushed-bed.ts'

let bed: PushedBed
beforeEach(async () => {
  bed = await PushedBed.open()
})
afterEach(() => bed.close())

describe('host names that an agent brings', () => {
  const host = (name: string, location = '/', Remark = `${name}${location}`) =>
    decodePushedHost(
      Buffer.from(
        JSON.stringify({ Host: name, Location: location, Remark, Target: { TargetStr: '127.0.0.1:80' } }),
      ),
    )
  const states = () =>
    bed.tunnels
      .list()
      .map(({ settings, status }) => [
        settings.host?.name,
        status.state === 'failed' ? status.failure.code : status.state,
      ])
  const byPerson = (clientId: number, name: string, path = '/') =>
    bed.tunnels.add({
      clientId,
      mode: 'host',
      target: '127.0.0.1:80',
      settings: { host: { name, path, scheme: 'all' } },
    })
  beforeEach(async () => {
    bed.clients.add({ name: 'other', vkey: 'another-key-0123456789' })
    await byPerson(2, 'lab.example.com')
    await byPerson(2, '*.corp.example.com', '/wiki')
    const stopped = await byPerson(2, 'stopped.example.com')
    await bed.tunnels.stop(stopped.id)
  })

  test.each([
    ['lab.example.com', '/'],
    ['LAB.example.com', '/login'],
    ['*.example.com', '/'],
    ['wiki.corp.example.com', '/'],
    ['wiki.corp.example.com', '/wiki/deep'],
    ['*.a.corp.example.com', '/wik'],
    ['stopped.example.com', '/'],
    ['*', '/'],
  ])('%s%s of another client is neither taken nor covered, and no part of it taken', async (name, path) => {
    expect(await bed.converse().addHost(host(name, path))).toBeInstanceOf(RelayError)
    expect(bed.tunnels.list()).toHaveLength(3)
    expect(bed.log).toMatch(/a pushed part of npc\.conf was refused .*code=host-not-allowed/)
  })

  test.each([
    ['own.example.com', '/'],
    ['notlab.example.com', '/'],
    ['wiki.corp.example.com', '/other'],
  ])('%s%s is free', async (name, path) => {
    expect(await bed.converse().addHost(host(name, path))).toBeNull()
  })

  test('only the names that its client allows, beside the * of another client too', async () => {
    await byPerson(2, '*')
    expect(await bed.converse().addHost(host('own.org'))).toBeInstanceOf(RelayError)
    bed.clients.edit(1, { settings: { pushHosts: ['own.org', '*.own.org'] } })
    expect(await bed.converse().addHost(host('own.org'))).toBeNull()
    expect(await bed.converse().addHost(host('deep.er.own.org'))).toBeNull()
    expect(await bed.converse().addHost(host('notown.org'))).toBeInstanceOf(RelayError)
    bed.clients.edit(1, { settings: { pushHosts: ['elsewhere.org'] } })
    await bed.tunnels.reviewHosts()
    expect(states().slice(-2)).toEqual([
      ['own.org', 'host-not-allowed'],
      ['deep.er.own.org', 'host-not-allowed'],
    ])
  })

  test('a name that was taken before its owner came gives way to what a person adds', async () => {
    await bed.converse().addHost(host('new.example.com', '/login'))
    expect(states().at(-1)).toEqual(['new.example.com', 'listening'])
    await byPerson(2, 'new.example.com')
    expect(states().slice(-2)).toEqual([
      ['new.example.com', 'host-not-allowed'],
      ['new.example.com', 'listening'],
    ])
    await bed.tunnels.retryFailed()
    expect(states().at(-2)).toEqual(['new.example.com', 'host-not-allowed'])
  })

  test('a tunnel that is there already cannot be changed into another client’s', async () => {
    await bed.converse().addHost(host('first.org', '/', 'mine'))
    const second = bed.pushed.receiver({ id: 2 }, '203.0.113.8')
    expect(await second?.addHost(host('second.org'))).toBeNull()
    expect(await bed.converse().addHost(host('second.org', '/login', 'mine'))).toBeInstanceOf(RelayError)
    expect(states().slice(-2)).toEqual([
      ['first.org', 'listening'],
      ['second.org', 'listening'],
    ])
  })
})
