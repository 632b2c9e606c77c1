import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod/mini'
import { privateWay } from '../../api/direct/private-way.ts'
import { isRunning, readStatus } from './status-file.ts'

/** A private tunnel of another machine on a port of this one, and which way it goes. */
export const runningVisit = z.object({ name: z.string(), port: z.number(), way: privateWay })
export type RunningVisit = z.infer<typeof runningVisit>

/** What an npc that visits a private tunnel says about itself, for `npc status`. */
const visitorStatus = z.object({
  pid: z.number(),
  program: z.string(),
  startTicks: z.optional(z.number()),
  server: z.string(),
  atMs: z.number(),
  visits: z.array(runningVisit),
})
export type VisitorStatus = z.infer<typeof visitorStatus>

/** Several may run beside each other, each with a file of its own. */
const fileName = /^npc-visitor-\d{1,10}\.json$/
const maxFiles = 64

/** Of this process. */
export function visitorStatusFile(stateFolder: string): string {
  return join(stateFolder, `npc-visitor-${process.pid}.json`)
}

/** Those that run, of this state folder; at most 64. */
export function readVisitors(stateFolder: string): VisitorStatus[] {
  return files(stateFolder).flatMap((file) => {
    try {
      const status = readStatus(file, visitorStatus)
      return status && isRunning(status) ? [status] : []
    } catch {
      // Another account's, such as root's.
      return []
    }
  })
}

/** What visitors that were killed have left behind goes. Never throws. */
export function forgetEndedVisitors(stateFolder: string): void {
  for (const file of files(stateFolder)) {
    try {
      const status = readStatus(file, visitorStatus)
      if (!status || !isRunning(status)) rmSync(file, { force: true })
    } catch {
      // Another account's: whoever reads it sees that its process has ended.
    }
  }
}

function files(stateFolder: string): string[] {
  try {
    const names = readdirSync(stateFolder).filter((name) => fileName.test(name))
    return names.slice(0, maxFiles).map((name) => join(stateFolder, name))
  } catch {
    // There is no such folder before the first npc.
    return []
  }
}
