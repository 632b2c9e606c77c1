import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { parseLinkHost } from '../../relay-core/src/stock/messages/link-host.ts'
import { decodeLinkInfo, encodeLinkInfo } from '../../relay-core/src/stock/messages/link-info.ts'
import {
  decodePushedClient,
  decodePushedHost,
  decodePushedTunnel,
} from '../../relay-core/src/stock/configuration/pushed-config.ts'
import { formatHostPort } from '../../relay-core/src/net/address/host-port.ts'
import { readStockFile } from '../../relay-core/src/relay/stock/stock-data/stock-file.ts'
import {
  stockClient,
  stockHost,
  stockTunnel,
} from '../../relay-core/src/relay/stock/stock-data/stock-records.ts'
import { fuzz, outcome } from './fuzz.ts'

const document = (value: unknown) => Buffer.from(JSON.stringify(value))

const documents = {
  client: {
    Cnf: { U: 'u', P: 'p', Compress: true, Crypt: false },
    Remark: 'lab',
    RateLimit: 1000,
    Flow: { FlowLimit: 7 },
    MaxConn: 3,
    WebUserName: '',
    WebPassword: null,
  },
  host: {
    Host: 'lab.example',
    HeaderChange: 'x:y\n',
    HostChange: '',
    Location: '/',
    Scheme: 'all',
    Target: { TargetStr: '127.0.0.1:80\n127.0.0.1:81', TargetArr: null, LocalProxy: false },
  },
  tunnel: {
    Mode: 'tcp',
    Ports: '20101-20103',
    ServerIp: '127.0.0.1',
    Target: { TargetStr: '8001-8003' },
    MultiAccount: { AccountMap: { ann: 'secret', '': 'x' } },
    Password: 'goudan-77',
    LocalPath: '/tmp',
  },
}

fuzz('link info', {
  samples: [
    {
      type: 'tcp',
      host: '127.0.0.1:22',
      crypt: true,
      compress: false,
      visitor: '1.2.3.4:5',
      dialTimeoutMs: 5000,
    },
    { type: 'udp5', host: '', crypt: false, compress: false, visitor: '', dialTimeoutMs: 0 },
    { type: 'http', host: '[::1]:80', crypt: false, compress: true, visitor: 'x', dialTimeoutMs: 1 },
  ].map((link) => encodeLinkInfo(link as Parameters<typeof encodeLinkInfo>[0]).subarray(4)),
  check: ({ bytes }) => {
    const read = outcome([SyntaxError, z.ZodError, RangeError], () => decodeLinkInfo(bytes))
    if (read.refused !== undefined) return
    const again = decodeLinkInfo(encodeLinkInfo(read.value).subarray(4))
    if (!isDeepStrictEqual(again, read.value)) throw new Error('written again it reads otherwise')
    const target = outcome([RangeError], () => parseLinkHost(read.value.host))
    if (target.refused !== undefined) return
    const { port } = parseLinkHost(formatHostPort(target.value))
    if (port !== target.value.port || port < 1 || port > 65_535) throw new Error(`port ${port}`)
  },
})

fuzz('pushed documents', {
  samples: Object.values(documents).map(document),
  check: ({ bytes, random }) => {
    const decode = random.pick([decodePushedClient, decodePushedHost, decodePushedTunnel])
    const read = outcome([SyntaxError, z.ZodError], () => decode(bytes))
    if (read.refused === undefined && 'accounts' in read.value && '' in read.value.accounts)
      throw new Error('an account without a name')
  },
})

fuzz('stock files', {
  samples: [
    `${JSON.stringify({ ...documents.client, Id: 1, VerifyKey: 'k' })}\n*#*`,
    `${JSON.stringify({ Id: 2, Port: 7000, Client: { Id: 1 }, ...documents.tunnel })}\n*#*`,
    `\ufeff${JSON.stringify({ Id: 3, Client: { Id: 1 }, ...documents.host })}\r\n*#*`,
  ].map((text) => Buffer.from(text)),
  check: ({ bytes, random }) => {
    const text = bytes.toString()
    const schema: z.ZodType<{ Id: number }> = random.pick([stockClient, stockTunnel, stockHost])
    for (const [index, entry] of readStockFile(text, schema).entries()) {
      if (entry.at !== index + 1) throw new Error(`record ${index + 1} is called ${entry.at}`)
      if ('record' in entry && !(entry.record.Id > 0)) throw new Error('a record without a number')
    }
  },
})
