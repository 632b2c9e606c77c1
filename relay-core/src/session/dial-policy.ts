import type { Target } from './agent-session.ts'

/** Says whether the agent may dial a target at the address that its name resolved to. */
export type DialPolicy = (target: Target, address: string) => boolean
