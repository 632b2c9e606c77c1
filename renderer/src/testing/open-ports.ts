import type { PortReport } from '@nps-desktop/electron/contract'

/** A server whose ports all let this laptop in, as it was checked long ago. */
export const openPorts: PortReport = {
  range: { from: 7000, to: 9000 },
  bridge: { port: 8024, state: 'open', ms: 12 },
  cells: [],
  tried: 2001,
  open: 2001,
  noAnswer: 0,
  closedOnServer: 0,
  used: [],
  cause: 'none',
  hostFirewall: null,
  provider: null,
  checkedAtMs: 0,
}
