import { provedKey } from '@nps-desktop/relay-core/api-client'
import { until } from '@nps-desktop/relay-core/async'
import { connect } from 'node:net'
import type { Failure, Fix, PortTry } from '@nps-desktop/electron/contract'
import { tryPort } from '../firewall/try-port.ts'

const attemptTimeoutMs = 5_000
const readTimeoutMs = 3_000
/** Enough for a banner, the head of a page, or the answer of a stock relay. */
const maxBytes = 512

export interface Diagnosis {
  readonly failure: Failure
  readonly tried: PortTry[]
}

export interface DiagnosedServer {
  /** As the person calls it. */
  readonly name: string
  readonly host: string
  readonly bridgePort: number
  /** Null where the app knows no way in by ssh. */
  readonly sshPort: number | null
  /** The provider's page that shows whether the machine runs, where it is known. */
  readonly machines?: { readonly url: string; readonly label: string } | null
}

/**
 * Why a relay cannot be reached, judged by what this computer can see: the bridge's port, who answers there, and the machine's
 * ssh. Never rejects for what the server does; rejects with the signal's reason.
 */
export async function diagnose(
  { name, host, bridgePort, sshPort, machines = null }: DiagnosedServer,
  { signal }: { signal: AbortSignal },
): Promise<Diagnosis> {
  const ask = async (what: PortTry['what'], port: number): Promise<PortTry> => ({
    what,
    port,
    ...(await tryPort(host, port, { timeoutMs: attemptTimeoutMs, signal })),
  })
  const [first, ssh] = await Promise.all([
    ask('bridge', bridgePort),
    sshPort === null ? null : ask('ssh', sshPort),
  ])
  const seen = first.answer === 'accepted' ? await whoAnswers(host, bridgePort, signal) : null
  // A relay that was just ending takes a connection and says nothing; by now its port is closed.
  const bridge = first.answer === 'accepted' && seen === null ? await ask('bridge', bridgePort) : first
  // Ours answers stock clients too, in the same words; a stock server has no key.
  const key =
    seen === stockAnswer
      ? await provedKey({ host, port: bridgePort, timeoutMs: attemptTimeoutMs, signal })
      : undefined
  signal.throwIfAborted()
  return {
    failure: judge({ server: name, host, bridge, ssh, seen, isOurs: key !== undefined, machines }),
    tried: ssh ? [bridge, ssh] : [bridge],
  }
}

/** Pure. */
export function judge({
  server,
  host,
  bridge,
  ssh,
  seen,
  isOurs = false,
  machines = null,
}: {
  server: string
  host: string
  bridge: PortTry
  ssh: PortTry | null
  /** Of what took the connection at the bridge's port. */
  seen: string | null
  /** Whether a key was proved there. */
  isOurs?: boolean
  machines?: DiagnosedServer['machines']
}): Failure {
  const { port } = bridge
  const params = { server, host, port }
  const sshAnswers = ssh?.answer === 'accepted' || ssh?.answer === 'refused'
  if (bridge.answer === 'accepted') {
    if (isOurs) {
      const message = `nps answers on port ${port} of ${host}, but too slowly: a connection of this app did not come about in time.`
      return { code: 'relay-slow', params, message, fixes: [{ action: 'retry' }] }
    }
    if (seen === stockAnswer) {
      const message = `A stock NPS server answers on port ${port} of ${host}. It has no way in for this app; nps of NPS Desktop can be set up beside it and takes its clients over.`
      return { code: 'stock-relay', params, message, fixes: [{ action: 'set-up-beside' }] }
    }
    const message = `Something takes connections on port ${port} of ${host}, but it does not speak as nps does${seen ? `: "${seen}"` : ''}.`
    return {
      code: 'not-a-relay',
      params: seen ? { ...params, seen } : params,
      message,
      fixes: [{ action: 'retry' }],
    }
  }
  if (bridge.answer === 'refused') {
    const message = `${host} refuses port ${port}: the machine runs, but nps does not.`
    const fixes: Failure['fixes'] = ssh ? [{ action: 'restart-relay' }] : []
    return { code: 'relay-stopped', params, message, fixes: [...fixes, { action: 'retry' }] }
  }
  if (sshAnswers) {
    const message = `${host} answers on its ssh port, but not on ${port}: a firewall drops it there or on the way.`
    return { code: 'bridge-blocked', params: { host, port }, message, fixes: [{ action: 'retry' }] }
  }
  const message = `${host} does not answer on port ${port}${ssh ? `, nor on ${ssh.port}` : ''}.`
  const look: Fix[] = machines ? [{ action: 'open-url', ...machines }] : []
  return { code: 'server-silent', params, message, fixes: [...look, { action: 'retry' }] }
}

/** MD5 of `0.26.0`, by which a stock relay of NPS 0.26 answers a greeting of that version. */
export const stockAnswer = '89a4f3fc3c89257d6f712de6964bda8e'

/** As a stock client greets: its version, and an empty name of its program. */
const stockGreeting = Buffer.concat([
  Buffer.from('TST'),
  Buffer.from([6, 0, 0, 0]),
  Buffer.from('0.26.0'),
  Buffer.from([0, 0, 0, 0]),
])

/** The first words at a port, short and printable; null where there are none. An HTTP server answers the greeting too. */
async function whoAnswers(host: string, port: number, signal: AbortSignal): Promise<string | null> {
  const socket = connect({ host, port })
  const over = Promise.withResolvers<void>()
  let heard = ''
  socket.once('connect', () => socket.write(stockGreeting))
  // an error is always followed by 'close'
  socket.on('error', () => undefined)
  socket.once('close', over.resolve)
  socket.on('data', (chunk: Buffer) => {
    heard += chunk.toString('latin1')
    if (heard.startsWith(stockAnswer) || heard.length >= maxBytes) over.resolve()
  })
  try {
    await until(over.promise, {
      signal,
      timeoutMs: readTimeoutMs,
      onTimeout: () => new Error('no more words'),
    })
  } catch {
    // what has been heard by then must suffice
  } finally {
    socket.destroy()
  }
  if (heard.startsWith(stockAnswer)) return stockAnswer
  const text = heard
    .replaceAll(/[^\x20-\x7e]+/g, ' ')
    .trim()
    .slice(0, 60)
  return text === '' ? null : text
}
