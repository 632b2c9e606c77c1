import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { appContract } from './app/app-contract.ts'
import { movingContract } from './app/moving-contract.ts'
import { jobsContract } from './jobs/jobs-contract.ts'
import { filesContract } from './labs/files-contract.ts'
import { labCardContract } from './labs/lab-card-contract.ts'
import { labsContract } from './labs/labs-contract.ts'
import { openInContract } from './labs/open-in-contract.ts'
import { startContract } from './labs/start-contract.ts'
import { hostKeysContract } from './machines/host-keys-contract.ts'
import { machineUpdatesContract } from './machines/machine-updates-contract.ts'
import { signInContract } from './machines/sign-in-contract.ts'
import { systemUpdatesContract } from './machines/system-updates-contract.ts'
import { terminalsContract } from './machines/terminals-contract.ts'
import { activityEvent } from './notices/activity-models.ts'
import { noticesContract } from './notices/notices-contract.ts'
import { consoleContract } from './servers/console-contract.ts'
import { serverUseContract } from './servers/server-use-contract.ts'
import { serversContract } from './servers/servers-contract.ts'
import { webhookContract } from './servers/webhook-contract.ts'
import { foundContract } from './tunnels/found-contract.ts'
import { guestPassesContract } from './tunnels/guest-passes-contract.ts'
import { pathTestContract } from './tunnels/path-test-contract.ts'
import { trafficContract } from './tunnels/traffic-contract.ts'
import { tunnelValuesContract } from './tunnels/tunnel-values-contract.ts'
import { tunnelsContract } from './tunnels/tunnels-contract.ts'
import { base, nothing, serverRef } from './desktop-call.ts'
import { overview } from './overview-models.ts'

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
    /** `language`: that of the page, which alone knows it where the person leaves it to the system; the samples speak it. */
    start: base.input(z.object({ language: z.enum(['en', 'zh-CN']).default('en') })).output(serverRef),
    /** The samples speak another language, and have its names but for those that a person has changed. Without a trial, nothing. */
    speak: base.input(z.object({ language: z.enum(['en', 'zh-CN']) })).output(nothing),
    stop: base.input(nothing).output(nothing),
  },
}

export type DesktopContract = typeof desktopContract
