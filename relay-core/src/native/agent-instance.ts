import type { SurvivingLinks } from './survival/surviving-links.ts'

/** Lets the relay tell a program that has lost its link from another one with the same key. */
export interface AgentInstance {
  /** 16 random bytes. */
  readonly id: Uint8Array
  /** Another program has replaced this one, which does not want to fight for its place. */
  isDisplaced: boolean
  /** A login page of its network has been found in its way since its last session. */
  wasBehindPortal: boolean
  /** Its carriers, over all its sessions. */
  readonly survivors: SurvivingLinks
  /** The number of its last carrier. */
  carriers: number
}
