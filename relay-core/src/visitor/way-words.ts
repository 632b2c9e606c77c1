import type { PrivateWay } from '../api/direct/private-way.ts'
import { byRelayWords } from './by-relay-reason.ts'

/** One sentence without a full stop, for `npc status`: which way, and why it is not the other one. Times are this machine's. */
export function describeWay(way: PrivateWay): string {
  if (way.way === 'direct') {
    const { roundTripMs, sinceMs, older = 0 } = way
    const still = older > 0 ? `; ${older} from before through the server` : ''
    return `direct, ${Math.round(roundTripMs)} ms, since ${clockTime(sinceMs)}${still}`
  }
  const { reason, triedAtMs, againAtMs, directAtMs } = way
  return [
    `through the server: ${byRelayWords[reason]}`,
    ...(triedAtMs !== null && reason !== 'looking' ? [`looked for at ${clockTime(triedAtMs)}`] : []),
    ...(againAtMs !== null ? [`again from ${clockTime(againAtMs)} on`] : []),
    ...(directAtMs !== null ? [`last direct at ${clockTime(directAtMs)}`] : []),
  ].join('; ')
}

/** `09:14`, or with the date in front where that is another day. */
function clockTime(atMs: number): string {
  const at = new Date(atMs)
  const two = (value: number) => String(value).padStart(2, '0')
  const time = `${two(at.getHours())}:${two(at.getMinutes())}`
  const isToday = at.toDateString() === new Date().toDateString()
  return isToday ? time : `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${time}`
}
