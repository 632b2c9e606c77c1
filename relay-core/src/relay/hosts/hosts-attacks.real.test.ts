import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { basic, hear, HostLab } from '../../testing/lab-with-hosts.ts'

const lab = new HostLab()
beforeAll(() => lab.start())
afterAll(() => lab.close())

describe('visitors that mean no good', () => {
  beforeAll(async () => {
    await lab.add({ name: 'victim.test', target: await lab.mirror('victim') })
  })

  const head = 'POST / HTTP/1.1\r\nHost: victim.test\r\n'
  test.each([
    ['both lengths', `${head}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['two lengths', `${head}Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde`],
    ['a list of lengths', `${head}Content-Length: 4, 5\r\n\r\nabcde`],
    ['a signed length', `${head}Content-Length: +4\r\n\r\nabcd`],
    ['an obscure coding', `${head}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`],
    ['chunked not last', `${head}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`],
    ['another coding before', `${head}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`],
    ['coding twice', `${head}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['a space before the colon', `${head}Content-Length : 4\r\n\r\nabcd`],
    ['a folded length', `${head}Content-Length: 1\r\n 0\r\n\r\nabcdefghij`],
    ['a folded coding', `${head}Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n`],
    ['a folded host', 'GET / HTTP/1.1\r\nHost:\r\n victim.test\r\n\r\n'],
    ['a fold before any field', 'GET / HTTP/1.1\r\n X: a\r\nHost: victim.test\r\n\r\n'],
    ['line feeds among others', `${head}X: a\nContent-Length: 4\r\n\r\nabcd`],
    ['a bare carriage return', `${head}X: a\rContent-Length: 4\r\n\r\nabcd`],
    ['NUL', `${head}X: a\0b\r\n\r\n`],
    ['a length with a blank in its name', `${head}Content Length: 4\r\n\r\nabcd`],
    ['a coding with an odd name', `${head}Transfer-Encoding\u000b: chunked\r\n\r\n0\r\n\r\n`],
    ['a coding with an odd value', `${head}Transfer-Encoding: \u000bchunked\r\n\r\n0\r\n\r\n`],
    ['a coding in HTTP/1.0', `${head.replace('1.1', '1.0')}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['a field without a colon', `${head}Content-Length\r\n\r\n`],
    ['a line feed behind a chunk size', `${head}Transfer-Encoding: chunked\r\n\r\n1\na\r\n0\r\n\r\n`],
    ['a blank in the address', 'GET /a b HTTP/1.1\r\nHost: victim.test\r\n\r\n'],
    ['two hosts', `${head}Host: other.test\r\nContent-Length: 0\r\n\r\n`],
    ['no host', 'GET / HTTP/1.1\r\n\r\n'],
    ['a host that is none', 'GET / HTTP/1.1\r\nHost: victim.test/x\r\n\r\n'],
    ['a bad chunk size', `${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n`],
    ['CONNECT', 'CONNECT victim.test:22 HTTP/1.1\r\nHost: victim.test\r\n\r\n'],
    ['TLS', '\u0016\u0003\u0001\u0000\u0005hello'],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ])('%s is refused, and the connection with it', async (_name, bytes) => {
    const heard = await lab.raw(bytes)
    expect(heard).toMatch(/^HTTP\/1\.1 400 /)
    expect(heard.match(/HTTP\/1\.1 /g)).toHaveLength(1)
    expect(heard).not.toContain('X-Answer')
  })

  test('no field is lost behind many others, least of all the one that says how long the body is', async () => {
    const target = await lab.site(
      (request, response) => request.pipe(response),
      (server) => (server.maxHeadersCount = 10_000),
    )
    await lab.add({ name: 'fields.test', target })
    const heard = await lab.raw(
      `POST / HTTP/1.1\r\nHost: fields.test\r\n${'a:\r\n'.repeat(9_000)}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n5\r\nhello\r\n0\r\n\r\n`,
    )
    expect(heard).toMatch(/^HTTP\/1\.1 200 [^]*hello/)
  })

  test('an absolute address counts more than Host, on both sides', async () => {
    const heard = await lab.raw(
      'GET http://victim.test/x HTTP/1.1\r\nHost: nobody.test\r\nConnection: close\r\n\r\n',
    )
    expect(heard).toContain('"url":"/x","rawHeaders":["Host","victim.test"')
  })

  test('a crowd of silent visitors shuts the port to no other, and ends no visit', async () => {
    const target = await lab.site((request, response) => {
      if (request.url === '/') response.end('page')
      else {
        response.write('first')
        request.socket.once('data', () => response.end('last'))
      }
    })
    await lab.add({ name: 'crowd.test', target })
    const standing = await lab.connect()
    standing.write('GET /slow HTTP/1.1\r\nHost: crowd.test\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n')
    await once(standing, 'data')
    const crowd = await Promise.all(Array.from({ length: 1100 }, () => lab.connect()))
    expect(await lab.visit('crowd.test')).toMatchObject({ status: 200, body: 'page' })
    expect(standing.closed || standing.readableEnded).toBe(false)
    for (const socket of crowd) socket.destroy()
  })

  test('an endless head is cut off', async () => {
    const begunMs = performance.now()
    const endless = await lab.connect()
    const heard = hear(endless)
    endless.write(`GET / HTTP/1.1\r\nHost: victim.test\r\n${'X-A: b\r\n'.repeat(10_000)}`)
    // what had been sent on top may turn the page into a reset
    expect(await heard).toMatch(/^(HTTP\/1\.1 431 [^]*)?$/)
    expect(performance.now() - begunMs).toBeLessThan(5_000)
  })

  test('pipelined requests are asked and answered one after the other, however many', async () => {
    let [now, most, count] = [0, 0, 0]
    const target = await lab.site((_request, response) => {
      now += 1
      count += 1
      most = Math.max(most, now)
      setTimeout(() => {
        now -= 1
        response.end(`answer ${count}`)
      }, 1)
    })
    await lab.add({ name: 'pipeline.test', target })
    const one = 'GET / HTTP/1.1\r\nHost: pipeline.test\r\n\r\n'
    const heard = await lab.raw(one.repeat(99) + one.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'))
    expect([...heard.matchAll(/answer (\d+)/g)].map(([, number]) => Number(number))).toEqual(
      Array.from({ length: 100 }, (_, at) => at + 1),
    )
    expect(most).toBe(1)
  })

  test('guessing passwords from one address ends in 429', async () => {
    const target = await lab.mirror()
    await lab.add({ name: 'guess.test', target, users: [{ name: 'a', password: 'secret' }] })
    let status = 0
    for (let guess = 0; guess < 25 && status !== 429; guess++)
      ({ status } = await lab.visit('guess.test', '/', { headers: basic(`a:${guess}`) }))
    expect(status).toBe(429)
  })
})
