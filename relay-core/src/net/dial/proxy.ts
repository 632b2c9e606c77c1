import { isIP, type Socket } from 'node:net'
import { RelayError } from '../../api/errors.ts'
import { readExactly } from '../stream/read-exactly.ts'
import { Secret } from '../../secret.ts'
import { formatHostPort, type HostPort } from '../address/host-port.ts'
import { encodeSocksAddress } from '../address/socks-address.ts'

/** A proxy between this machine and its relay. */
export interface ProxyAddress extends HostPort {
  readonly kind: 'socks5' | 'http'
  /** Undefined: the proxy asks for none. */
  readonly login?: { readonly user: string; readonly password: Secret } | undefined
}

/** Bounds of RFC 1929: a length is one byte. */
const maxLoginBytes = 255

/** The limit for the head of a proxy's answer; a proxy that sends more is given up. */
const maxAnswerBytes = 16 * 1024

/**
 * Reads `socks5://[user:password@]host:port` or `http://…`; special characters of a password are percent-encoded.
 * Throws `invalid-input` without repeating the text, which may carry a password.
 */
export function parseProxy(text: string): ProxyAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const kind = url?.protocol === 'http:' ? 'http' : /^socks5h?:$/.test(url?.protocol ?? '') ? 'socks5' : null
  if (!url || !kind || url.hostname === '' || !/^\/?$/.test(url.pathname)) {
    throw new RelayError(
      'invalid-input',
      'A proxy is written as socks5://user:password@host:port or http://user:password@host:port.',
    )
  }
  const login = readLogin(url)
  return {
    kind,
    // A host name with a scheme other than http is not parsed as an address.
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port || (kind === 'http' ? 80 : 1080)),
    ...(login && { login }),
  }
}

/** What `parseProxy` reads, password included. */
export function formatProxy({ kind, login, ...address }: ProxyAddress): Secret {
  const written = login
    ? `${encodeURIComponent(login.user)}:${encodeURIComponent(login.password.reveal())}@`
    : ''
  return new Secret(`${kind}://${written}${formatHostPort(address)}`)
}

function readLogin({ username, password }: URL): ProxyAddress['login'] {
  if (username === '' && password === '') return undefined
  try {
    const login = { user: decodeURIComponent(username), password: decodeURIComponent(password) }
    const isTooLong = Object.values(login).some((part) => Buffer.byteLength(part) > maxLoginBytes)
    if (!isTooLong) return { user: login.user, password: new Secret(login.password) }
  } catch {
    // A lone % is not an encoding.
  }
  throw new RelayError(
    'invalid-input',
    `The user and the password of a proxy are percent-encoded and at most ${maxLoginBytes} bytes each.`,
  )
}

/**
 * Asks the proxy at the other end of `socket` for a connection to `target`, whose name the proxy looks up. Takes `socket` over;
 * the caller bounds the time by `signal`. Rejects with an error that names the proxy, or the signal's reason.
 */
export async function passProxy(
  socket: Socket,
  proxy: ProxyAddress,
  target: HostPort,
  { signal }: { signal: AbortSignal },
): Promise<Socket> {
  // An error is always followed by `close`, which ends every wait here.
  let failure: Error | undefined
  socket.on('error', (error) => (failure = error))
  try {
    const take: Take = (count) => readExactly(socket, count, { signal })
    if (proxy.kind === 'socks5') await askSocks(socket, take, proxy, target)
    else await askHttp(socket, take, proxy, target)
    return socket
  } catch (error) {
    socket.destroy()
    signal.throwIfAborted()
    const reason = failure?.message ?? (error as Error).message
    throw new Error(`the proxy ${formatHostPort(proxy)}: ${reason}`, { cause: error })
  }
}

/** Takes this many bytes of what the proxy sends; what follows stays in the socket. */
type Take = (count: number) => Promise<Buffer>

const socksRefusals: Record<number, string> = {
  1: 'general failure',
  2: 'not allowed by its rules',
  3: 'network unreachable',
  4: 'host unreachable',
  5: 'connection refused',
  6: 'too many hops',
  7: 'command not supported',
  8: 'address type not supported',
}

/** RFC 1928 and 1929. */
async function askSocks(
  socket: Socket,
  take: Take,
  { login }: ProxyAddress,
  { host, port }: HostPort,
): Promise<void> {
  socket.write(login ? Buffer.of(5, 2, 0, 2) : Buffer.of(5, 1, 0))
  const [version, method] = await take(2)
  if (version !== 5) throw new Error('it does not speak SOCKS5')
  if (method === 2 && login) {
    socket.write(Buffer.concat([Buffer.of(1), counted(login.user), counted(login.password.reveal())]))
    if ((await take(2))[1] !== 0) throw new Error('it refuses the user and password')
  } else if (method !== 0) {
    throw new Error(login ? 'it takes no user and password' : 'it asks for a user and a password')
  }
  socket.write(Buffer.concat([Buffer.of(5, 1, 0), socksAddress({ host, port })]))
  const [, code = 1, , type] = await take(4)
  if (code !== 0) throw new Error(`it does not connect to ${host}:${port}: ${socksRefusals[code] ?? code}`)
  const length = type === 1 ? 4 : type === 4 ? 16 : (await take(1)).readUInt8(0)
  await take(length + 2)
}

function counted(text: string): Buffer {
  const bytes = Buffer.from(text)
  return Buffer.concat([Buffer.of(bytes.length), bytes])
}

/** The proxy looks up names. */
function socksAddress({ host, port }: HostPort): Buffer {
  if (isIP(host) !== 0) return encodeSocksAddress({ host, port })
  return Buffer.concat([Buffer.of(3), counted(host), Buffer.of(port >>> 8, port & 0xff)])
}

/** Up to and including the empty line, byte by byte: what follows belongs to the relay's link. Once per connection. */
async function takeHead(take: Take): Promise<string> {
  let head = ''
  while (!head.endsWith('\r\n\r\n')) {
    if (head.length >= maxAnswerBytes) throw new Error('its answer has no end')
    head += (await take(1)).toString('latin1')
  }
  return head
}

/** RFC 9110 §9.3.6. */
async function askHttp(socket: Socket, take: Take, { login }: ProxyAddress, target: HostPort): Promise<void> {
  const authority = formatHostPort(target)
  const token = login && Buffer.from(`${login.user}:${login.password.reveal()}`).toString('base64')
  socket.write(
    [
      `CONNECT ${authority} HTTP/1.1`,
      `Host: ${authority}`,
      ...(token ? [`Proxy-Authorization: Basic ${token}`] : []),
      '\r\n',
    ].join('\r\n'),
  )
  const head = await takeHead(take)
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1]
  if (status === undefined) throw new Error('it does not speak HTTP')
  if (status === '407') throw new Error('it asks for another user and password (407)')
  if (!status.startsWith('2')) throw new Error(`it does not connect to ${authority}: status ${status}`)
}
