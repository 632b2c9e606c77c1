import { z } from 'zod'
import { base, nothing } from '../desktop-call.ts'
import { hostKey, sshEndpoint } from './ssh-models.ts'
import { host, port } from '../values.ts'

/** The host keys of machines, as their sign-ins go by them. */
export const hostKeysContract = {
  /** Asks the machine for its host key; sends no name and no secret. */
  inspect: base.input(sshEndpoint).output(hostKey),
  /** Pins the key; from now on only this one is accepted. */
  confirm: base.input(sshEndpoint.extend({ fingerprint: z.string() })).output(nothing),
  list: base.input(nothing).output(z.array(hostKey)),
  forget: base.input(z.object({ host, port, way: z.string() })).output(nothing),
}
