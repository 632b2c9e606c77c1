import { listeningLimits, type Listening } from '../../api/listening.ts'

/** Less than the relay takes (spec/wire.md §5), with room for the document's own words. */
const maxBytes = 60_000

/**
 * As much of it as the relay takes: the person's own programs first, so that other accounts of the machine, which may have sockets and command
 * lines without end, leave none of them out.
 */
export function fitting({ home, listeners, others }: Listening): Listening {
  let left = maxBytes
  const fits = (entry: object): boolean => (left -= Buffer.byteLength(JSON.stringify(entry)) + 1) >= 0
  const ranked = listeners.toSorted((one, other) => Number(other.isOwn) - Number(one.isOwn))
  return {
    home,
    listeners: ranked.slice(0, listeningLimits.listeners).filter(fits),
    others: others.slice(0, listeningLimits.others).filter(fits),
  }
}
