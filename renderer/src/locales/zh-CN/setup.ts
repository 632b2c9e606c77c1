import type { setup as en } from '../en/setup.ts'
import type { Words } from '../words.ts'

export const setup: Words<typeof en> = {}
