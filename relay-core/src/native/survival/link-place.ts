import type { KeepingBudget } from './keeping-budget.ts'

/** What the links of one program have in common. */
export interface LinkPlace<Link> {
  readonly budget: KeepingBudget
  /** What one link may keep before its sender waits, in bytes; at most `maxKeptBytes`. */
  readonly room: number
  /** Links are acknowledged on their own connections, where an ACK waits behind the bytes of a reader that has paused. */
  readonly acknowledgesInside: boolean
  /** The peer has been heard a moment ago, in this session, on a connection other than the links' own. */
  readonly hearsPeerIn: object | undefined
  /** Something has arrived that is not acknowledged yet. */
  onReceived(link: Link): void
  /** The connection is gone, and the link wants another one. */
  onCut(link: Link): void
  /** It ends in order: what has arrived is acknowledged now. */
  onEnding(link: Link): void
  /** It was given up here: the peer must not wait for it. */
  onGivenUp(link: Link): void
}
