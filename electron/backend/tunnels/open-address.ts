import { addressOf } from '../overview/tunnel-kind.ts'
import type { ListedTunnel } from '../overview/tunnel-list.ts'
import { isLoopback } from '../relays/loopback.ts'
import type { Jupyter } from './jupyter.ts'
import type { LocalDoors } from './local-doors.ts'

/** The address that a person opens, with what it takes to get in when the app can find it out. */
export async function openAddress(
  { kind, reach, port, server, lab, relayTunnel }: ListedTunnel,
  { doors, jupyter, signal }: { doors: LocalDoors; jupyter: Jupyter; signal: AbortSignal },
): Promise<{ url: string; hasToken: boolean }> {
  const host = reach === 'laptop' ? '127.0.0.1' : (server.relay?.host ?? '')
  const { target } = relayTunnel
  if (kind !== 'jupyter')
    return { url: addressOf(kind, host, port, lab.address?.user ?? null), hasToken: false }
  const door = isLoopback(host) ? port : await doors.open({ host, port })
  const url = addressOf(kind, '127.0.0.1', door, null)
  const entrance = await jupyter.findEntrance(lab.id, target, { signal })
  if (!entrance) return { url, hasToken: false }
  const { basePath, token } = entrance
  if (token === '') return { url: url + basePath, hasToken: false }
  return { url: `${url}${basePath}?token=${encodeURIComponent(token)}`, hasToken: true }
}
