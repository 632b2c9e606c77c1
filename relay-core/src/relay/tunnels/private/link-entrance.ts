import { isIP } from 'node:net'
import { RelayError } from '../../../api/errors.ts'
import { hostOf } from '../../../net/address/plain-address.ts'
import type { LinkEntrance } from '../../rendezvous/direct-links.ts'
import type { Guest } from '../guest.ts'
import type { RoundRobinTargets } from '../round-robin-targets.ts'
import type { TunnelConnections } from '../tunnel-connections.ts'

/** A tunnel that direct links lead to. */
export interface LinkedTunnel {
  readonly clientId: number
  readonly connections: TunnelConnections
  readonly targets: RoundRobinTargets
}

/** Where direct links are let in again that have outlived their visit. `guest`: their visitor has shown a pass. */
export function linkEntrance({ clientId, connections, targets }: LinkedTunnel, guest?: Guest): LinkEntrance {
  return {
    clientId,
    enter: (visitor, { host, port }) => {
      const list = targets.list().map(({ target }) => target)
      if (list.length !== 1 || list[0]?.host !== host || list[0].port !== port)
        throw new RelayError('tunnel-stopped', 'The tunnel leads to another target now.')
      const address = hostOf(visitor)
      if (isIP(address) === 0)
        throw new RelayError('invalid-input', 'The visitor of a direct link has no address.', {
          what: 'visitor',
        })
      const connection = connections.enter(
        { address, port: Number(visitor.slice(visitor.lastIndexOf(':') + 1)) },
        guest,
      )
      try {
        connection.becomeDirect()
        return connection
      } catch (error) {
        connection.leave()
        throw error
      }
    },
    count: (direction, bytes) => connections.countReported(direction, bytes),
  }
}
