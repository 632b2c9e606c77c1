import type { Socket } from 'node:net'
import { RelayError } from '../api/errors.ts'
import { withDeadline } from '../async/wait/with-deadline.ts'
import type { PushedConfiguration } from './configuration/pushed-configuration.ts'
import { PortRanges } from '../net/address/port-ranges.ts'
import { encodePushedClient, encodePushedHost, encodePushedTunnel } from './configuration/encode-pushed.ts'
import { enterRelay, type StockRelay } from './enter-relay.ts'
import { encodePrefixed } from './messages/length-prefixed.ts'
import type { PushedTunnel } from './configuration/pushed-config.ts'
import { EarlyEnd, readExactly } from '../net/stream/read-exactly.ts'

/** For one answer of the relay. */
const answerTimeoutMs = 10_000
const temporaryKeyBytes = 16

/** One host or one port of a tunnel, and how it is asked for. */
export interface PushedItem {
  /** The name of its section, with its port where the section has several. */
  readonly name: string
  /** As stock names it; `host` for a host. */
  readonly mode: string
  readonly message: Buffer
}

/** The relay has refused one item and, as stock relays do, everything else with it. */
export class ItemRefused extends Error {
  readonly item: PushedItem

  constructor(item: PushedItem) {
    super(`the relay refuses ${item.name}`)
    this.item = item
  }
}

/** What is asked for, one port per message: a stock relay answers once per port, others once per message. */
export function pushedItems({ hosts, tunnels }: PushedConfiguration): PushedItem[] {
  return [
    ...hosts.map((host) => ({
      name: host.remark,
      mode: 'host',
      message: message('host', encodePushedHost(host)),
    })),
    ...tunnels.flatMap(singlePorts).map((tunnel) => ({
      name: tunnel.remark,
      mode: tunnel.mode,
      message: message('task', encodePushedTunnel(tunnel)),
    })),
  ]
}

/** A range as a stock relay would divide it: port by port, each with its own name and target. */
export function singlePorts(tunnel: PushedTunnel): PushedTunnel[] {
  const ports = [...(PortRanges.parse(tunnel.ports)?.ports() ?? [])]
  const targets = [...(PortRanges.parse(tunnel.targets.join(','))?.ports() ?? [])]
  const toPorts = targets.length === ports.length && ports.length > 0
  const targetOf = (at: number) => {
    const host = tunnel.targetHost
    return toPorts ? [host === '' ? String(targets[at]) : `${host}:${targets[at]}`] : tunnel.targets
  }
  if (ports.length <= 1) return [{ ...tunnel, targets: targetOf(0) }]
  return ports.map((port, at) => ({
    ...tunnel,
    ports: String(port),
    targets: targetOf(at),
    remark: `${tunnel.remark}_${port}`,
  }))
}

/**
 * Brings this agent's tunnels to a stock relay; fulfils with the vkey to go on with: its own, or with a public one that of
 * the client which the relay has made for as long as the agent stays. Rejects with `ItemRefused`, `config-invalid` when
 * the client may not do this, what `enterRelay` rejects with, or the signal's reason.
 */
export async function pushConfiguration(
  relay: StockRelay,
  { client, items }: { client: PushedConfiguration['client']; items: readonly PushedItem[] },
  { signal }: { signal: AbortSignal },
): Promise<string> {
  const socket = await enterRelay('conf', relay, { signal })
  try {
    const isPublic = await answer(socket, signal, () => mayNotConfigure())
    let { vkey } = relay
    if (isPublic) {
      socket.write(message('conf', encodePushedClient(client)))
      if (!(await answer(socket, signal, mayNotConfigure))) throw mayNotConfigure()
      vkey = (await read(socket, temporaryKeyBytes, signal)).toString('latin1')
    }
    for (const item of items) {
      socket.write(item.message)
      if (!(await answer(socket, signal, () => new ItemRefused(item)))) throw new ItemRefused(item)
    }
    return vkey
  } finally {
    socket.destroySoon()
  }
}

function message(kind: 'conf' | 'host' | 'task', document: string): Buffer {
  // In one piece: a stock relay crashes on a connection that ends after the kind.
  return Buffer.concat([Buffer.from(kind), encodePrefixed(document)])
}

async function answer(socket: Socket, signal: AbortSignal, onClose: () => Error): Promise<boolean> {
  try {
    return (await read(socket, 1, signal))[0] === 1
  } catch (error) {
    throw error instanceof EarlyEnd ? onClose() : error
  }
}

function read(socket: Socket, bytes: number, signal: AbortSignal): Promise<Buffer> {
  const onTimeout = () =>
    new RelayError(
      'handshake-timeout',
      `The relay did not answer within ${answerTimeoutMs / 1000} s to the tunnels of npc.conf.`,
    )
  return withDeadline({ signal, timeoutMs: answerTimeoutMs, onTimeout }, (signal) =>
    readExactly(socket, bytes, { signal }),
  )
}

function mayNotConfigure(): RelayError {
  return new RelayError(
    'config-invalid',
    'The relay does not let this client bring its own tunnels. Allow it there (config_conn_allow), use the public key, or add the tunnels in its console.',
  )
}
