import { z } from 'zod'
import { failure } from '../failures/failure.ts'

/**
 * Who puts a newer version in the place of this one: the app by itself when it quits; the computer's package manager, once the app
 * has fetched the package; or nobody here, because it is an unpacked archive, runs from its source, or is served to a browser.
 */
export const updateWay = z.enum(['app', 'deb', 'rpm', 'archive', 'source', 'served'])
export type UpdateWay = z.infer<typeof updateWay>

const version = z.string()

/** What is known of a newer version, in the words of the settings page. */
export const updateState = z.discriminatedUnion('state', [
  /** This copy is not updated by the app. */
  z.object({ state: z.literal('elsewhere'), way: z.enum(['archive', 'source', 'served']) }),
  /** Switched off: nothing is asked anywhere. */
  z.object({ state: z.literal('off') }),
  /** Neither the build nor the person has named an address to ask. */
  z.object({ state: z.literal('no-address') }),
  z.object({ state: z.literal('checking') }),
  /** Nothing newer was there at that moment. */
  z.object({ state: z.literal('newest'), atMs: z.number().int() }),
  z.object({ state: z.literal('available'), version }),
  z.object({ state: z.literal('downloading'), version, percent: z.number().int().min(0).max(100) }),
  /** Downloaded and verified. `command`: what installs it, where the app does not; null: it is installed on quit. */
  z.object({ state: z.literal('ready'), version, file: z.string(), command: z.string().nullable() }),
  /** `version`: the one whose download failed; null: the check failed. */
  z.object({ state: z.literal('failed'), version: version.nullable(), failure }),
])
export type UpdateState = z.infer<typeof updateState>

/**
 * The address of a feed in its one written form, which ends in `/`; null for any that is not allowed: programs come from there, so
 * it is https, or http on this computer alone, and holds no name and password.
 */
export function readUpdateAddress(text: string): string | null {
  const written = text.trim()
  if (!URL.canParse(written)) return null
  const url = new URL(written)
  const isHere = url.protocol === 'http:' && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname)
  if (url.protocol !== 'https:' && !isHere) return null
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') return null
  return url.pathname.endsWith('/') ? url.href : `${url.href}/`
}
