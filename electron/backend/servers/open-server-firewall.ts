import type { Log } from '@nps-desktop/relay-core/log'
import { readRendezvousPorts } from '../firewall/listening-ports.ts'
import { openHostFirewall } from '../firewall/open-host-firewall.ts'
import { Workplace } from '../provisioning/jobs/workplace.ts'
import { usualRange } from '../firewall/rules/widest-range.ts'
import type { Machines } from '../ssh/machines.ts'
import type { Storage } from '../storage/records.ts'
import { serverOf } from './steps/server-context.ts'

/** Where nps listens unless told otherwise. */
export const usualBridgePort = 8024

/** Opens what nps needs in the server's own firewall. Each rule is remembered as soon as it is there, so that removing takes it back. */
export async function openServerFirewall(
  { storage, machines, log }: { storage: Storage; machines: Machines; log: Log },
  { serverId, sudoPassword }: { serverId: string; sudoPassword?: string | undefined },
  { signal }: { signal: AbortSignal },
): Promise<{ command: string }> {
  const { relay, ports, name } = serverOf({ storage, serverId })
  const ref = { kind: 'server', id: serverId } as const
  const workplace = new Workplace(machines, ref, { root: 'required', sudoPassword, asks: true })
  const onAdded = (record: string): void => {
    const server = serverOf({ storage, serverId })
    if (!server.installed) {
      log.warn('a firewall rule was added on a server that the app has not set up', { server: name, record })
      return
    }
    const firewallRules = [...new Set([...server.installed.firewallRules, record])]
    storage.servers.put({ ...server, installed: { ...server.installed, firewallRules } })
  }
  try {
    const { shell } = await workplace.owner(signal)
    const bridgePort = relay?.bridgePort ?? ports?.bridge.port ?? usualBridgePort
    const opening = {
      bridgePort,
      range: relay?.range ?? ports?.range ?? usualRange,
      rendezvous: await readRendezvousPorts(shell, bridgePort, { signal }),
    }
    const command = await openHostFirewall(shell, opening, { onAdded, signal })
    log.info('host firewall opened', { server: name, command })
    return { command }
  } finally {
    workplace.release()
  }
}
