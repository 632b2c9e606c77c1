import { base, jobRef, labRef, serverRef } from '../desktop-call.ts'

/**
 * Puts the program that lies beside the app in the place of the one on a machine, by ssh. The machine itself puts the old one
 * back when nobody confirms within a minute that the new one is online, whatever has become of the app meanwhile.
 */
export const machineUpdatesContract = {
  /** nps; every tunnel of the server pauses for some seconds. */
  server: base.input(serverRef).output(jobRef),
  /** npc; the tunnels of this lab box pause. */
  lab: base.input(labRef).output(jobRef),
}
