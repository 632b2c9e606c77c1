import type { FoundService, UntoldReason } from '@nps-desktop/electron/contract'
import { RelayError } from '@nps-desktop/relay-core/api'
import { isUnknownCall } from '../failures/is-unknown-call.ts'
import type { Relays } from '../relays/relays.ts'
import type { LabRecord } from '../storage/records.ts'
import { noLab } from '../storage/stored-machine.ts'
import { lookOfListening } from './look-of-listening.ts'
import { byRank, servicesOf } from './services-of-look.ts'

/**
 * What npc tells of its lab box, where the app has no sign-in: no first page is asked there, so a program that neither its command line nor its port
 * makes known has its name alone. Or why npc does not tell. Rejects as `Relays.reach` and the relay's own call.
 */
export async function lookByAgent(
  relays: Pick<Relays, 'reach'>,
  { serverId, clientId }: Pick<LabRecord, 'serverId' | 'clientId'>,
  { signal }: { signal: AbortSignal },
): Promise<FoundService[] | UntoldReason> {
  if (clientId === null) throw noLab()
  const api = await relays.reach(serverId, { signal })
  try {
    const listening = await api.clients.listening({ id: clientId }, { signal })
    const { known, unknown } = servicesOf(lookOfListening(listening))
    return [...known, ...unknown.map(({ service }) => service)].toSorted(byRank).slice(0, 100)
  } catch (error) {
    const why = whyUntold(error)
    if (why === null) throw error
    return why
  }
}

function whyUntold(error: unknown): UntoldReason | null {
  if (isUnknownCall(error)) return 'nps-old'
  if (!(error instanceof RelayError)) return null
  if (error.code === 'mode-unsupported') return 'npc-old'
  if (error.code === 'target-denied') return 'npc-off'
  return error.code === 'target-missing' ? 'npc-cannot' : null
}
