import type { FramedSocket } from '../../native/carriers/framed-socket.ts'
import type { Move } from '../../native/survival/surviving-visits.ts'
import type { VisitLink } from '../../native/survival/visit-stream.ts'
import type { DirectRequest } from '../rendezvous/direct-links.ts'
import { nativeVisitor } from '../tunnels/private/admitted-visitor.ts'
import type { VisitorEntrance } from '../tunnels/private/private-tunnels.ts'

/** Lets a visitor in that has proved that it knows the entrance's password. Its request for a direct link ends with the visit, whatever came of it. */
export async function serveNativeVisitor(
  entrance: VisitorEntrance,
  {
    framed,
    ...visit
  }: {
    framed: FramedSocket
    from: { address: string; port: number }
    direct: DirectRequest | undefined
    survive: ((move: Move) => VisitLink) | undefined
  },
): Promise<void> {
  using _direct = visit.direct
  await entrance.serve(nativeVisitor(framed, visit))
}
