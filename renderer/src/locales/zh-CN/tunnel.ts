import type { tunnel as en } from '../en/tunnel.ts'
import type { Words } from '../words.ts'

export const tunnel: Words<typeof en> = {}
