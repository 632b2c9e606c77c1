import type { FramedSocket } from '../../native/carriers/framed-socket.ts'
import type { DirectRequest } from '../rendezvous/direct-links.ts'
import { nativeVisitor } from '../tunnels/private/admitted-visitor.ts'
import type { VisitorEntrance } from '../tunnels/private/private-tunnels.ts'

/** Lets a visitor in that has proved that it knows the entrance's password. Its request for a direct link ends with the visit, whatever came of it. */
export async function serveNativeVisitor(
  entrance: VisitorEntrance,
  {
    framed,
    from,
    direct,
  }: {
    framed: FramedSocket
    from: { address: string; port: number }
    direct: DirectRequest | undefined
  },
): Promise<void> {
  using _direct = direct
  await entrance.serve(nativeVisitor(framed, from, direct))
}
