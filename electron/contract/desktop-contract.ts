import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { activityEvent } from './activity-models.ts'
import { appContract } from './app-contract.ts'
import { consoleContract } from './console-contract.ts'
import { base, nothing, serverRef } from './desktop-call.ts'
import { filesContract } from './files-contract.ts'
import { foundContract } from './found-contract.ts'
import { guestPassesContract } from './guest-passes-contract.ts'
import { hostKeysContract } from './host-keys-contract.ts'
import { jobsContract } from './jobs-contract.ts'
import { labCardContract } from './lab-card-contract.ts'
import { labsContract } from './labs-contract.ts'
import { machineUpdatesContract } from './machine-updates-contract.ts'
import { movingContract } from './moving-contract.ts'
import { noticesContract } from './notices-contract.ts'
import { openInContract } from './open-in-contract.ts'
import { overview } from './overview-models.ts'
import { pathTestContract } from './path-test-contract.ts'
import { serverUseContract } from './server-use-contract.ts'
import { serversContract } from './servers-contract.ts'
import { signInContract } from './sign-in-contract.ts'
import { startContract } from './start-contract.ts'
import { systemUpdatesContract } from './system-updates-contract.ts'
import { terminalsContract } from './terminals-contract.ts'
import { trafficContract } from './traffic-contract.ts'
import { tunnelValuesContract } from './tunnel-values-contract.ts'
import { tunnelsContract } from './tunnels-contract.ts'
import { webhookContract } from './webhook-contract.ts'

/**
 * What the page can ask of the app. Calls are one question, one answer, and can be cancelled; feeds (`watch`, `live`)
 * yield the current value first, then each change.
 * A foreseen failure is the error `FAILED` with a `failure` as data.
 */
export const desktopContract = {
  app: appContract,
  overview: { watch: base.input(nothing).output(eventIterator(overview)) },
  activity: { watch: base.input(nothing).output(eventIterator(z.array(activityEvent))) },
  hostKeys: hostKeysContract,
  files: filesContract,
  jobs: jobsContract,
  servers: serversContract,
  labs: labsContract,
  console: consoleContract,
  guestPasses: guestPassesContract,
  labCard: labCardContract,
  machineUpdates: machineUpdatesContract,
  notices: noticesContract,
  pathTest: pathTestContract,
  serverUse: serverUseContract,
  tunnels: tunnelsContract,
  found: foundContract,
  moving: movingContract,
  /** A lab box in other programs of this computer. */
  openIn: openInContract,
  signIn: signInContract,
  starts: startContract,
  systemUpdates: systemUpdatesContract,
  tunnelValues: tunnelValuesContract,
  traffic: trafficContract,
  terminals: terminalsContract,
  webhook: webhookContract,

  /** "Try everything on this computer": a relay, an agent and three small services, all on loopback. */
  trial: {
    /** `language`: that of the page, for the names of what is made; without it, the app's own. */
    start: base.input(z.object({ language: z.enum(['en', 'zh-CN']).optional() })).output(serverRef),
    stop: base.input(nothing).output(nothing),
  },
}

export type DesktopContract = typeof desktopContract
