import { oc } from '@orpc/contract'
import { z } from 'zod'
import { id } from './desktop-models.ts'
import { failureData } from './failure.ts'

const base = oc.errors({ FAILED: { data: failureData } })
const jobRef = z.object({ jobId: id })

/**
 * Puts the program that lies beside the app in the place of the one on a machine, by ssh. The machine itself puts the old one
 * back when nobody confirms within a minute that the new one is online, whatever has become of the app meanwhile.
 */
export const machineUpdatesContract = {
  /** nps; every tunnel of the server pauses for some seconds. */
  server: base.input(z.object({ serverId: id })).output(jobRef),
  /** npc; the tunnels of this lab box pause. */
  lab: base.input(z.object({ labId: id })).output(jobRef),
}
