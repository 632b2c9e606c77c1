import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { type AddressInfo, connect, type Server } from 'node:net'
import type { Duplex } from 'node:stream'
import { RelayError } from '@nps-desktop/relay-core/api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { certificatePair } from '../../testing/certificate-pair.ts'
import { addressOf } from '../known-tunnels/tunnel-kind.ts'
import { visit, visitPrivately } from './service-visit.ts'

const { signal } = new AbortController()

describe('a web service in another form than the usual one', () => {
  let secure: Server
  let plain: Server
  const portOf = (server: Server): number => (server.address() as AddressInfo).port
  const answer: RequestListener = ({ url }, response) => {
    if (url === '/api') response.end('{"version": "2.14.2"}')
    else if (url === '/tb/data/environment') response.end('{"data_location": "runs"}')
    else response.writeHead(404).end('Not found')
  }

  beforeAll(async () => {
    secure = createSecureServer(certificatePair('notebook'), answer)
    plain = createServer(answer)
    for (const server of [secure, plain]) {
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
    }
  })
  afterAll(() => {
    secure.close()
    plain.close()
  })
  const open = (server: Server) => async (): Promise<Duplex> => {
    const socket = connect(portOf(server), '127.0.0.1')
    await once(socket, 'connect')
    return socket
  }

  it('a Jupyter with a certificate is met by HTTPS, on the public and on the private way', async () => {
    const right = { state: 'right', seen: 'version 2.14.2', secure: true }
    const place = { host: '127.0.0.1', port: portOf(secure) }
    expect((await visit({ ...place, kind: 'jupyter' }, { signal })).service).toMatchObject(right)
    const known = { secure: true, path: '/' }
    expect((await visit({ ...place, kind: 'jupyter', entrance: known }, { signal })).service).toMatchObject(
      right,
    )
    expect((await visitPrivately(open(secure), { kind: 'jupyter' }, { signal })).service).toMatchObject(right)
    expect(addressOf('jupyter', { ...place, user: null, entrance: known })).toBe(
      `https://127.0.0.1:${place.port}`,
    )
  })

  it('one that has lost its certificate is met all the same', async () => {
    const place = { host: '127.0.0.1', port: portOf(plain), entrance: { secure: true, path: '/' } }
    expect((await visit({ ...place, kind: 'jupyter' }, { signal })).service).toMatchObject({
      state: 'right',
      secure: false,
    })
  })

  it('a TensorBoard is asked below its path_prefix, and opened there', async () => {
    const entrance = { secure: false, path: '/tb/' }
    const place = { host: '127.0.0.1', port: portOf(plain) }
    expect((await visit({ ...place, kind: 'tensorboard', entrance }, { signal })).service).toMatchObject({
      state: 'right',
      seen: 'data_location runs',
    })
    expect((await visit({ ...place, kind: 'tensorboard' }, { signal })).service).toMatchObject({
      state: 'wrong',
    })
    expect(addressOf('tensorboard', { ...place, user: null, entrance })).toBe(
      `http://127.0.0.1:${place.port}/tb/`,
    )
  })

  it('the first answer stands where no second connection can be had, unless the check itself was ended', async () => {
    const openOnce = (beforeFailure: () => void) => {
      let isFirst = true
      return async (): Promise<Duplex> => {
        if (isFirst) {
          isFirst = false
          return open(plain)()
        }
        beforeFailure()
        throw new RelayError('agent-offline', 'gone', {})
      }
    }
    const seen = await visitPrivately(
      openOnce(() => undefined),
      { kind: 'tensorboard' },
      { signal },
    )
    expect(seen).toMatchObject({ port: { state: 'accepted' }, service: { state: 'wrong' } })
    const end = new AbortController()
    const ended = visitPrivately(
      openOnce(() => end.abort()),
      { kind: 'tensorboard' },
      { signal: end.signal },
    )
    await expect(ended).rejects.toThrow('gone')
  })
})

describe('a Jupyter that answers only under local names, as it does by default', () => {
  const started = async (answer: RequestListener): Promise<Server> => {
    const server = createServer(answer).listen(0, '0.0.0.0')
    await once(server, 'listening')
    return server
  }
  const localOnly: RequestListener = ({ headers }, response) => {
    if (/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(headers.host ?? '')) response.end('{"version": "2.14.2"}')
    else response.writeHead(403).end('Blocking request with non-local Host')
  }

  it('is found out under a name that is not local, and works under one that is', async () => {
    const server = await started(localOnly)
    try {
      const { port } = server.address() as AddressInfo
      // loopback too, and no local name to this one
      const far = await visit({ host: '127.0.0.2', port, kind: 'jupyter' }, { signal })
      expect(far.service).toMatchObject({ state: 'local-only', seen: 'version 2.14.2' })
      const near = await visit({ host: '127.0.0.1', port, kind: 'jupyter' }, { signal })
      expect(near.service).toMatchObject({ state: 'right' })
    } finally {
      server.close()
    }
  })
})
