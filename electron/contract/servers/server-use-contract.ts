import { machineUse } from '@nps-desktop/relay-core/api'
import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { base, serverRef } from '../desktop-call.ts'

export const serverUse = z.object({
  /** The last that it told in this run of the app, however old; null before the first. */
  use: machineUse.nullable(),
  /** False: its nps is of before it could tell. */
  tells: z.boolean(),
})
export type ServerUse = z.infer<typeof serverUse>

/** What the machine of a server is doing. */
export const serverUseContract = {
  /** The machine is read every 3 s while somebody watches, and not otherwise. */
  watch: base.input(serverRef).output(eventIterator(serverUse)),
}
