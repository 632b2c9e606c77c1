import type { Target } from './agent-session.ts'

/** Says whether the agent may dial a target at the address to which its name has led. */
export type DialPolicy = (target: Target, address: string) => boolean
