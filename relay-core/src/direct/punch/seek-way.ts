import { isIPv6 } from 'node:net'
import { systemClock } from '../../async/time/clock.ts'
import { addressBytes, addressText } from '../../net/address/address-bytes.ts'
import { maxCandidates, type Candidate, type Candidates, type SeenFrom } from '../../wire/direct-messages.ts'
import type { UdpEndpoint, Family } from './udp-endpoint.ts'
import { guessPorts, openManyPorts } from './guess-ports.ts'
import { probeRules, reachableAddresses } from './probe-rules.ts'
import type { ProbeKeys } from './probe-keys.ts'
import type { RelayAddresses } from './relay-addresses.ts'
import { Punch, type OpenWay } from './punch.ts'
import { openPunchSocket, type PunchSocket } from './punch-socket.ts'
import { askSeenAddress } from './seen-address.ts'
import { udpWay, type UdpWay } from './udp-way.ts'

/** What an attempt learns of the networks in between before it tries them. */
export interface SeenNetworks {
  /** Whether the relay answers this side by UDP; undefined: it was not asked, since it has no such port. */
  readonly hearsRelay: boolean | undefined
  /** The router of this side, and of the peer, gives each destination another port. */
  readonly hasPortPerPeer: { readonly own: boolean; readonly theirs: boolean }
}

export interface SeekOptions {
  readonly role: 'visitor' | 'agent'
  readonly keys: ProbeKeys
  /** Of the link, see `PunchOptions`. */
  readonly heard: Map<string, string>
  readonly seenFrom: SeenFrom
  /** The relay's address, as this side's connection to it has it: the one that is asked. */
  readonly relay: string
  /** Where no probe goes. */
  readonly relayAddresses: Pick<RelayAddresses, 'all'>
  /** Its owner lets this side guess ports, or have them guessed: some thousand packets to one address. */
  readonly mayGuess: boolean
  readonly attempt: number
  readonly beginsUnseen: boolean
  /** Sends this side's candidates to the peer and fulfils with the peer's of the same attempt. */
  readonly exchange: (own: Candidates, options: { signal: AbortSignal }) => Promise<Candidates>
  readonly onNetworks?: ((seen: SeenNetworks) => void) | undefined
  readonly signal: AbortSignal
  /** The system's, except in tests. */
  readonly openSocket?: typeof openPunchSocket
}

/**
 * One attempt to open a way between visitor and agent. Fulfils with it, or with undefined where the networks allow none; rejects as `exchange`
 * does, or with the signal's reason.
 */
export async function seekWay(options: SeekOptions): Promise<UdpWay | undefined> {
  const { keys, exchange, onNetworks, signal, openSocket = openPunchSocket } = options
  await using opened = new AsyncDisposableStack()
  const sockets = await openSockets(openSocket)
  const many: PunchSocket[] = []
  let way: OpenWay | undefined
  opened.defer(() => {
    for (const socket of [...sockets, ...many]) if (socket !== way?.socket) socket.close()
  })
  const [{ hearsRelay, own }, relay] = await Promise.all([
    gather(sockets, options),
    options.relayAddresses.all({ signal }),
  ])
  const theirs = await exchange(own, { signal })
  onNetworks?.({
    hearsRelay,
    hasPortPerPeer: { own: own.hasPortPerPeer, theirs: theirs.hasPortPerPeer },
  })
  way = await punchTo(theirs, { sockets, many, own, relay, options })
  return way && udpWay(way.socket, way.peer, keys)
}

async function openSockets(openSocket: typeof openPunchSocket): Promise<PunchSocket[]> {
  const sockets = await Promise.all(([4, 6] as const).map((family) => openSocket(family)))
  return sockets.filter((socket) => socket !== undefined)
}

/** Where this side can be reached, as far as it can tell. */
async function gather(
  sockets: readonly PunchSocket[],
  { attempt, seenFrom, relay, mayGuess, beginsUnseen, signal }: SeekOptions,
): Promise<{ own: Candidates; hearsRelay: boolean | undefined }> {
  const asked = sockets.find(({ family }) => family === familyOfAddress(relay))
  const answer = asked && (await askSeenAddress(asked, seenFrom, { relay, signal }))
  // Many routers keep the port: without an answer the chance is taken.
  const guessed = asked &&
    seenFrom.address !== '' &&
    familyOfAddress(seenFrom.address) === asked.family && { address: seenFrom.address, port: asked.port }
  const seen = answer?.seen ?? (guessed || undefined)
  const list: Candidate[] = []
  if (seen) list.push({ kind: 'seen', ...asBytes(seen) })
  for (const address of reachableAddresses()) {
    const port = sockets.find(({ family }) => family === familyOfAddress(address))?.port
    if (port !== undefined) list.push({ kind: 'local', ...asBytes({ address, port }) })
  }
  const hasPortPerPeer = answer?.hasPortPerPeer ?? false
  const hearsRelay = asked && seenFrom.port !== 0 ? answer !== undefined : undefined
  const own = { attempt, hasPortPerPeer, mayGuess, beginsUnseen, list: list.slice(0, maxCandidates) }
  return { own, hearsRelay }
}

async function punchTo(
  theirs: Candidates,
  {
    sockets,
    many,
    own,
    relay,
    options,
  }: {
    sockets: readonly PunchSocket[]
    many: PunchSocket[]
    own: Candidates
    relay: readonly string[]
    options: SeekOptions
  },
): Promise<OpenWay | undefined> {
  const { role, keys, heard, signal, openSocket = openPunchSocket } = options
  const mayProbe = probeRules({ relay: [...relay, options.relay] })
  const endpoints = theirs.list.map(({ address, port }) => ({
    address: addressText(Buffer.from(address)),
    port,
  }))
  const beginsUnseen = own.beginsUnseen && theirs.beginsUnseen
  const punch = new Punch({
    role,
    keys,
    heard,
    sockets,
    peers: endpoints,
    mayProbe,
    beginsUnseen,
    clock: systemClock,
    signal,
  })
  const opening = punch.open()
  // It may reject while ports are still being opened, before anybody awaits it.
  opening.catch(() => undefined)
  const seen = endpoints.find(
    (endpoint, at) => theirs.list[at]?.kind === 'seen' && !isIPv6(endpoint.address) && mayProbe(endpoint),
  )
  const [socket] = sockets.filter(({ family }) => family === 4)
  if (own.mayGuess && theirs.mayGuess && seen && socket && own.hasPortPerPeer !== theirs.hasPortPerPeer) {
    if (own.hasPortPerPeer) await openManyPorts(punch, seen, { openSocket, opened: many })
    else guessPorts(punch, socket, seen.address)
  }
  return opening
}

function familyOfAddress(address: string): Family {
  return isIPv6(address) ? 6 : 4
}

function asBytes({ address, port }: UdpEndpoint): Pick<Candidate, 'address' | 'port'> {
  return { address: addressBytes(address), port }
}
