import type { server as en } from '../en/server.ts'
import type { Words } from '../words.ts'

export const server: Words<typeof en> = {}
