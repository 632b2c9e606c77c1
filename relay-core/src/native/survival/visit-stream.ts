import { WireError } from '../../wire/bytes.ts'
import { Carrier } from '../carriers/carrier.ts'
import type { CarrierStream } from '../carriers/carrier-stream.ts'
import type { FramedSocket } from '../carriers/framed-socket.ts'
import type { SurvivingLink } from './surviving-link.ts'

/** A visitor's connection carries one stream. */
export const onlyStream = 1

/** Makes the link of a visit that survives its connection. `isNeeded`: its stream would be lost with it. */
export type VisitLink = (isNeeded: () => boolean) => SurvivingLink

/** The stream of a visit, at either end of it, from OPENED on. Takes `framed` over; `closed` fulfils when nothing more can come of the visit. */
export function startVisit(
  framed: FramedSocket,
  survive?: VisitLink,
): { stream: CarrierStream; closed: Promise<unknown> } {
  const link = survive?.(() => carrier.isNeeded) ?? framed
  const carrier: Carrier = new Carrier(link, {
    onMessage: (type) => {
      throw new WireError(`frame of type ${type} on a visit`)
    },
    onIdle: () => (link === framed ? framed.finish() : link.end()),
  })
  return { stream: carrier.startStream(onlyStream), closed: link.closed }
}
