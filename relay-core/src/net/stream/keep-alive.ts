import type { Socket } from 'node:net'
import { every } from '../../async/time/every.ts'

/**
 * How often a silent connection is probed. Under the shortest idle time after which home and campus routers forget a
 * connection (RFC 5382 asks for two hours; one to five minutes are common). With the ten unanswered probes that both
 * runtimes ask of the kernel, a peer that is gone is noticed after two and a half minutes, as with Go's programs.
 */
const probeIntervalMs = 15_000

/**
 * Sockets take turns. While a group has its turn its idle sockets send a probe, and the kernel would send the next one
 * after a second: the turn must be shorter.
 */
const turnMs = 750

/** The shortest time that the kernel accepts as idle. */
const idleMs = 1_000

const groups: readonly Set<Socket>[] = Array.from(
  { length: probeIntervalMs / turnMs },
  () => new Set<Socket>(),
)
let timer: Disposable | undefined
let atTurn = 0
let placed = 0
let count = 0

/**
 * Keeps `socket` known to the routers on its path, and lets the kernel notice when its peer is gone.
 *
 * Node and Bun fix the kernel's probes at ten in ten seconds, after which the connection is given up: too hasty, since
 * TCP itself outlives cuts of minutes. So keepalive is switched on for one probe at a time. Only what is idle is probed;
 * the kernel itself looks after data in transit.
 */
export function keepAlive(socket: Socket): void {
  const group = groups[placed % groups.length]
  if (!group || socket.destroyed) return
  placed += 1
  count += 1
  group.add(socket)
  socket.once('close', () => {
    group.delete(socket)
    count -= 1
    if (count > 0) return
    timer?.[Symbol.dispose]()
    timer = undefined
  })
  timer ??= every(turnMs, nextTurn, { ref: false })
}

function nextTurn(): void {
  for (const socket of groups[atTurn] ?? []) if (!socket.destroyed) socket.setKeepAlive(false)
  atTurn = (atTurn + 1) % groups.length
  for (const socket of groups[atTurn] ?? []) if (!socket.destroyed) socket.setKeepAlive(true, idleMs)
}
