export { Agent, type AgentOptions, type Clock } from './agent.ts'
export type { AgentState } from './agent-state.ts'
export type { DialPolicy } from './dial-target.ts'
export type { LinkFailure, LinkFailureCode } from './retry-rule.ts'
