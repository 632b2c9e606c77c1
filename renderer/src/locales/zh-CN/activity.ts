import type { activity as en } from '../en/activity.ts'
import type { Words } from '../words.ts'

export const activity: Words<typeof en> = {}
