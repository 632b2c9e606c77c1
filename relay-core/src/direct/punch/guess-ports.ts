import { randomInt } from 'node:crypto'
import { pause } from '../../async/wait/pause.ts'
import type { UdpEndpoint } from './udp-endpoint.ts'
import type { Punch } from './punch.ts'
import type { openPunchSocket, PunchSocket } from './punch-socket.ts'

/**
 * One side's router gives each destination another port (it is symmetric), the other side's does not. Then the first opens many ports to the second,
 * which tries ports of the first at random: with 400 of 64,512 open, 2,000 tries miss them all once in 250,000 times.
 */
const manyPorts = 400
const openedPerTurn = 50
const openIntervalMs = 20
/** A router may drop what it is too busy for. */
const againMs = 1_000

const maxGuesses = 2_000
/** In each millisecond one; a turn that comes late catches up, with this many at most. */
const maxGuessesPerTurn = 50
const guessIntervalMs = 10
/** Until the other side has opened its ports, which a guess that comes earlier would miss. */
const beforeGuessesMs = 250

const firstPort = 1_024
const afterLastPort = 65_536

/** For the side whose router is symmetric. Fulfils when all are open or the attempt is over; the sockets are added to `opened`. */
export async function openManyPorts(
  punch: Punch,
  peer: UdpEndpoint,
  { openSocket, opened }: { openSocket: typeof openPunchSocket; opened: PunchSocket[] },
): Promise<void> {
  while (opened.length < manyPorts && !punch.isOver) {
    const sockets = await Promise.all(Array.from({ length: openedPerTurn }, () => openSocket(4)))
    for (const socket of sockets) {
      if (!socket) continue
      opened.push(socket)
      punch.listen(socket)
      const again = () => {
        punch.probe(socket, peer)
        punch.after(againMs, again)
      }
      again()
    }
    // No descriptors are left.
    if (sockets.includes(undefined)) return
    await pause(openIntervalMs)
  }
}

/** For the other side. `address`: at which the relay sees the side with many ports. */
export function guessPorts(punch: Punch, socket: PunchSocket, address: string): void {
  const guessed = new Set<number>()
  let begunAtMs: number | undefined
  const turn = () => {
    begunAtMs ??= performance.now() - guessIntervalMs
    const due = Math.floor(performance.now() - begunAtMs) - guessed.size
    for (let i = 0; i < Math.min(due, maxGuessesPerTurn); i += 1) {
      let port = randomInt(firstPort, afterLastPort)
      while (guessed.has(port)) port = randomInt(firstPort, afterLastPort)
      guessed.add(port)
      punch.probe(socket, { address, port })
    }
    if (guessed.size < maxGuesses && !punch.isOver) punch.after(guessIntervalMs, turn)
  }
  punch.after(beforeGuessesMs, turn)
}
