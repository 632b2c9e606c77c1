export { createBackend, type Backend } from './backend.ts'
export type { Shell } from './shell.ts'
