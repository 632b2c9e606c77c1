import type { Failure, Lab } from '@nps-desktop/electron/contract'

/** Why a lab box that was here before is not: the words of the failure that its tunnels show too. */
export function offlineFailure(lab: Lab): Failure | null {
  if (lab.state.state !== 'offline') return null
  return { code: 'agent-offline', params: {}, message: '', fixes: [] }
}
