export { isOwnAccount } from '../net/listen/peer-account.ts'
export { isLoopback, joinLocal } from './join-local.ts'
export type { WayMeasurement } from '../direct/carry/way-fill.ts'
export { PrivateVisitor, type PrivateVisitorOptions } from './visitor.ts'
