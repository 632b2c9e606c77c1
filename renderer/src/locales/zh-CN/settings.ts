import type { settings as en } from '../en/settings.ts'
import type { Words } from '../words.ts'

export const settings: Words<typeof en> = {}
