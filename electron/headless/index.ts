export { createHeadlessShell } from './headless-shell.ts'
export { serveHeadless, type Headless } from './serve.ts'
