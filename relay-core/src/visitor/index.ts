export { isOwnAccount } from '../net/listen/peer-account.ts'
export { isLoopback, joinLocal } from './join-local.ts'
export { PrivateVisitor, type PrivateVisitorOptions } from './visitor.ts'
