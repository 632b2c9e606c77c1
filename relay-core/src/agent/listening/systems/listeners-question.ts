import type { DialPolicy } from '../../../session/dial-policy.ts'

export interface ListenersQuestion {
  /** Of the person who started or installed npc, whose programs are `isOwn`; empty: whoever it runs as. */
  readonly account: string
  /** What the relay could not reach anyway is left out. */
  readonly policy: DialPolicy
}
