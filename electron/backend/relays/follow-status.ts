import type { Log } from '@nps-desktop/relay-core/log'
import { widestRange } from '../firewall/rules/widest-range.ts'
import type { Storage } from '../storage/records.ts'
import type { Relays } from './relays.ts'

/** A server's version and port range follow what its relay says, such as after an update or a changed nps.conf. */
export function followStatus(storage: Storage, relays: Relays, log: Log): Disposable {
  return relays.onChange((serverId) => {
    const server = storage.servers.get(serverId)
    const { status } = relays.view(serverId).mirror
    if (!server?.relay || !status) return
    const { version, allowPorts } = status
    // without a list every port is allowed; the range that was checked still is the one to use
    const range = allowPorts === '' ? server.relay.range : widestRange(allowPorts)
    const { relay } = server
    if (relay.version === version && relay.range.from === range.from && relay.range.to === range.to) return
    try {
      storage.whenPossible(`status/${serverId}`, () => {
        const now = storage.servers.get(serverId)
        if (now?.relay) storage.servers.put({ ...now, relay: { ...now.relay, version, range } })
      })
    } catch (error) {
      log.error('what a server told of itself could not be kept', { server: server.name, error })
    }
  })
}
