import { once } from 'node:events'
import { duplexPair } from 'node:stream'
import { connect } from 'node:tls'
import { readByteRange } from '../../relay-core/src/agent/files/byte-range.ts'
import { readRequestedPath } from '../../relay-core/src/agent/files/requested-path.ts'
import { ClientHelloReader } from '../../relay-core/src/relay/hosts/client-hello.ts'
import { readVisitedHost } from '../../relay-core/src/relay/hosts/host-name.ts'
import { isUpgradeRequest, rewriteRequest } from '../../relay-core/src/net/http1/forward/rewrite-head.ts'
import { readingsOf, rulePath } from '../../relay-core/src/relay/hosts/routing-path.ts'
import {
  parseCredentials,
  parseGreeting,
  parseRequest,
  SocksError,
} from '../../relay-core/src/proxy/socks-messages.ts'
import { ByteSource } from '../../relay-core/src/net/http1/byte-source.ts'
import { requestFraming } from '../../relay-core/src/net/http1/framing.ts'
import {
  BadHead,
  encodeHead,
  parseAnswerHead,
  parseRequestHead,
} from '../../relay-core/src/net/http1/head.ts'
import { readHeadLines } from '../../relay-core/src/net/http1/read-head.ts'
import { fuzz, outcome } from './fuzz.ts'

const hex = (text: string) => Buffer.from(text, 'hex')

/** What this runtime's own TLS says first. */
async function realHello(servername: string): Promise<Buffer> {
  const [near, far] = duplexPair()
  const socket = connect({ socket: near, servername, rejectUnauthorized: false })
  socket.on('error', () => undefined)
  const [hello] = (await once(far, 'data')) as [Buffer]
  socket.destroy()
  return hello
}

/** The same hello over records of a few bytes. */
function inSmallRecords(hello: Buffer): Buffer {
  const records: Buffer[] = []
  for (let at = 5; at < hello.length; at += 40) {
    const part = hello.subarray(at, at + 40)
    records.push(Buffer.of(22, 3, 1, 0, part.length), part)
  }
  return Buffer.concat(records)
}

function helloSaid(parts: readonly Buffer[]): string {
  const reader = new ClientHelloReader()
  let progress = reader.push(Buffer.alloc(0))
  for (const part of parts) progress = reader.push(part)
  if (progress.state === 'complete' && (progress.hello.serverName?.length ?? 0) > 255)
    throw new Error('a name of more than 255 bytes')
  return JSON.stringify(progress)
}

const hello = await realHello('lab.example.com')

fuzz('client hello', {
  samples: [hello, inSmallRecords(hello)],
  check: ({ bytes, parts }) => {
    if (helloSaid([bytes]) !== helloSaid(parts)) throw new Error('split otherwise it reads otherwise')
  },
})

/** Reads as its user does: asks for as many bytes as the parser wants, and never for fewer than there are. */
function socksSaid(parse: (bytes: Buffer) => object | number, bytes: Buffer): string {
  let have = 0
  for (let rounds = 0; rounds < 10; rounds++) {
    const read = outcome([SocksError], () => parse(bytes.subarray(0, have)))
    if (read.refused !== undefined) return read.refused
    if (typeof read.value === 'object') return JSON.stringify(read.value)
    if (read.value <= have) throw new Error(`wants ${read.value} bytes and has ${have}`)
    if (read.value > 600) throw new Error(`wants ${read.value} bytes`)
    if (read.value > bytes.length) return 'incomplete'
    have = read.value
  }
  throw new Error('asks again and again')
}

fuzz('socks messages', {
  samples: [
    hex('0501000501020500'),
    hex('0102616203616263'),
    hex('050100017f0000010016'),
    hex('050100030b6578616d706c652e636f6d01bb'),
    hex('0501000400000000000000000000000000000001ffff'),
  ],
  check: ({ bytes, random }) => {
    const parse = random.pick<(bytes: Buffer) => object | number>([
      parseGreeting,
      parseCredentials,
      parseRequest,
    ])
    const said = socksSaid(parse, bytes)
    const whole = outcome([SocksError], () => parse(bytes))
    // What is whole at once is the same when it is read piece by piece.
    if (
      whole.refused === undefined &&
      typeof whole.value === 'object' &&
      JSON.stringify(whole.value) !== said
    )
      throw new Error(`whole ${JSON.stringify(whole.value)}, in pieces ${said}`)
  },
})

const visit = { address: '203.0.113.7', port: 4711, scheme: 'http' } as const

fuzz('request head', {
  samples: [
    'Host\nlab.example:8080\nConnection\nUpgrade, x-drop\nUpgrade\nwebsocket\nX-Drop\n1',
    'Host\n[::1]:80\nTransfer-Encoding\nchunked\nContent-Length\n5',
    'Host\nlab.example.\nX-Forwarded-For\n1.2.3.4\nAuthorization\nBasic YTpi\nContent-Length\n0',
  ].map((text) => Buffer.from(text)),
  check: ({ bytes, random }) => {
    const fields = bytes.toString('latin1').split('\n')
    const headers = fields.slice(0, fields.length - (fields.length % 2))
    const options = { addOrigin: random.oneIn(2), dropAuthorization: random.oneIn(2) }
    const host = 'lab.example'
    const written = rewriteRequest({ method: 'POST', host, headers }, visit, options)
    const count = (name: string) =>
      written.filter((field, at) => at % 2 === 0 && field.toLowerCase() === name).length
    if (written.length % 2 !== 0) throw new Error('a name without a value')
    if (count('host') !== 1 || count('connection') !== 1) throw new Error('host or connection not just once')
    // Two ways to say where a body ends are how requests are smuggled; a head with both is refused before.
    if (count('transfer-encoding') > 1) throw new Error('transfer-encoding twice')
    if (options.dropAuthorization && count('authorization') > 0) throw new Error('a password went on')
    if (count('upgrade') > 0 && !isUpgradeRequest(headers)) throw new Error('an upgrade that was none')
    const name = readVisitedHost(headers[1] ?? '')
    if (name !== undefined && /[\s/@\p{Cc}]/u.test(name)) throw new Error(`a name ${JSON.stringify(name)}`)
  },
})

const latin1 = (text: string) => Buffer.from(text, 'latin1')

fuzz('heads of HTTP', {
  samples: [
    latin1('GET /a?b HTTP/1.1\r\nHost: lab\r\nCookie: a=\u00e9\r\n\r\n'),
    latin1('POST / HTTP/1.1\nHost: lab\nContent-Length: 5\nContent-Length: 5\nX: a\n b\n\n'),
    latin1('PUT / HTTP/1.1\r\nHost: lab\r\nTransfer-Encoding: chunked\r\nX A: 1\r\n\r\n'),
    latin1('HTTP/1.1 200 OK\r\nContent-Length : 2\r\nhello\r\nSet-Cookie: a\r\n\r\n'),
  ],
  check: async ({ bytes, parts }) => {
    for (const of of ['request', 'answer'] as const) {
      const whole = await headSaid([bytes], of)
      if (whole !== (await headSaid(parts, of))) throw new Error('split otherwise it reads otherwise')
    }
  },
})

/** What is understood of a head is passed on so that it is understood in the same way again, and by everybody. */
async function headSaid(parts: readonly Buffer[], of: 'request' | 'answer'): Promise<string> {
  const [near, far] = duplexPair()
  const source = new ByteSource(near)
  for (const part of parts) far.write(part)
  far.end()
  try {
    const lines = await readHeadLines(source, { maxBytes: 64 * 1024, of })
    if (!lines) return 'ended'
    if (of === 'answer') return JSON.stringify(parseAnswerHead(lines))
    const head = parseRequestHead(lines)
    const framing = requestFraming(head)
    const fields = rewriteRequest({ method: head.method, host: 'lab', headers: head.fields }, visit, {
      addOrigin: true,
      dropAuthorization: false,
    })
    const sent = encodeHead(`${head.method} ${head.target} HTTP/1.1`, fields).toString('latin1')
    const [first = '', ...rest] = sent.slice(0, -4).split('\r\n')
    if (rest.some((line) => !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+: [\t -~\x80-\xff]*$/.test(line)))
      throw new Error(`a line that is no field: ${sent}`)
    const again = requestFraming(parseRequestHead([first, ...rest]))
    if (again.kind !== framing.kind) throw new Error(`framed as ${framing.kind}, passed on as ${again.kind}`)
    return JSON.stringify(head)
  } catch (error) {
    if (error instanceof BadHead) return error.message
    throw error
  } finally {
    near.destroy()
  }
}

fuzz('requested path', {
  samples: [
    '/a/b.txt?x=1',
    '/%2e%2e/etc/passwd',
    'http://lab/x/../y',
    '/a/%2f..%5c/',
    '/.ssh/id',
    '/a//b/./c/..',
  ].map((text) => Buffer.from(text)),
  check: ({ bytes, random }) => {
    const text = bytes.toString(random.oneIn(2) ? 'utf8' : 'latin1')
    const asked = readRequestedPath(text)
    for (const name of asked && asked !== 'unreadable' ? asked.names : []) {
      if (name === '' || name.startsWith('.') || /[/\0]/.test(name)) throw new Error(`a way out: ${name}`)
    }
    const path = rulePath(text)
    if (!path.startsWith('/') || path.split('/').some((step) => step === '..' || step === '.'))
      throw new Error(`a path ${path}`)
    for (const reading of readingsOf(text) ?? [])
      if (!reading.startsWith('/')) throw new Error(`a path ${reading}`)
    const size = random.below(1000)
    const range = readByteRange(`bytes=${text}`, size)
    if (typeof range === 'object' && !(range.first >= 0 && range.first <= range.last && range.last < size))
      throw new Error(`a range ${range.first}-${range.last} of ${size}`)
  },
})
