import { join } from 'node:path'
import { connectRelay } from '@nps-desktop/relay-core/api-client'
import { type Clock, systemClock } from '@nps-desktop/relay-core/async'
import { silentLog, type Log } from '@nps-desktop/relay-core/log'
import { AppCalls } from '../app/app-calls.ts'
import { createRouter, type DesktopRouter } from './desktop-router.ts'
import { LabFiles } from '../lab-files/lab-files.ts'
import { LabCards } from '../lab-card/lab-cards.ts'
import { LabSessions } from '../lab-sessions/lab-sessions.ts'
import { MachineSessions } from '../lab-sessions/machine-sessions.ts'
import { LaptopOffers } from '../moving/laptop-offers.ts'
import { Moving } from '../moving/moving.ts'
import { LabRecords } from '../labs/lab-records.ts'
import { desktopHandlers } from './desktop-handlers.ts'
import { Alerts } from '../notices/alerts.ts'
import { ServerWatches } from '../notices/server-watches.ts'
import { Notices } from '../notices/notices.ts'
import { openJobs } from './open-jobs.ts'
import { openLinks } from './open-links.ts'
import { openOpenIn } from './open-open-in.ts'
import { openTunnels } from './open-tunnel-part.ts'
import { openView } from './open-view.ts'
import { ConsoleForwards } from '../console-forwards/console-forwards.ts'
import { ServerUses } from '../server-use/server-uses.ts'
import { ServerRecords } from '../servers/server-records.ts'
import type { Shell } from '../shell.ts'
import { createHostKeys } from '../ssh/host-keys/host-keys.ts'
import { createMachines } from '../ssh/machines.ts'
import { SignInQuestions } from '../ssh/sign-in-questions.ts'
import { openStorage } from '../storage/storage.ts'
import { WaitingUpdates } from '../system-updates/waiting-updates.ts'
import { Terminals } from '../terminals/terminals.ts'
import { forgetTrials, Trial } from '../trial/trial.ts'

export interface DesktopBackend {
  /** Implements `desktopContract`; serve it with an RPCHandler of any carrier. */
  readonly router: DesktopRouter
  /** Ends every connection, job and feed, and the ports of this computer; tunnels open to anyone keep running. Idempotent. */
  close(): Promise<void>
}

/**
 * The app without its window: each part is opened with those it stands on, and closed before them.
 * Rejects with `storage-failed` or `storage-in-use` when the app's data cannot be opened.
 */
export async function openBackend({
  shell,
  log = silentLog,
  clock = systemClock,
}: {
  shell: Shell
  log?: Log
  clock?: Clock
}): Promise<DesktopBackend> {
  const { dataFolder } = shell
  const programFolders = { packed: shell.programsFolder, added: join(dataFolder, 'programs') }
  await using parts = new AsyncDisposableStack()
  const storage = parts.adopt(openStorage(shell, { log, clock }), (part) => part.close())
  await forgetTrials(storage, dataFolder)
  const questions = parts.adopt(new SignInQuestions({ clock }), (part) => part.close())
  const machines = createMachines({ storage, ask: questions.ask })
  const app = parts.adopt(new AppCalls({ shell, storage }), (part) => part.close())
  const links = parts.use(openLinks({ storage, clock, log }))
  const view = parts.use(openView({ storage, machines, links, clock, log }))
  const sessions = parts.adopt(
    new MachineSessions({ machines, overview: () => view.overview.feed.value, clock, log }),
    (part) => part.close(),
  )
  const labSessions = new LabSessions(sessions)
  const labCards = parts.adopt(new LabCards({ storage, sessions: labSessions, clock, log }), (part) =>
    part.close(),
  )
  const notices = parts.adopt(
    new Notices({ storage, relays: links.relays, overview: view.overview.feed, clock }),
    (part) => part.close(),
  )
  const alerts = parts.adopt(
    new Alerts({
      storage,
      cards: labCards,
      tell: (told) => notices.tell(told),
      server: new ServerWatches({ storage, relays: links.relays, log }),
    }),
    (part) => part.close(),
  )
  notices.start()
  alerts.start()
  const { openIn } = parts.use(openOpenIn({ shell, storage, view, app, log }))
  const { tunnels, tunnelValues, guestPasses, pathTest, found, starts } = parts.use(
    openTunnels({ storage, labSessions, links, view, clock, log }),
  )
  const files = parts.adopt(
    new LabFiles({
      sessions: labSessions,
      storage,
      nameOf: (labId) => storage.labs.get(labId)?.name,
      shell,
      clock,
      log,
    }),
    (part) => part.close(),
  )
  parts.use(links.network.onChange(() => files.retryNow()))
  parts.use(view.overview.feed.subscribe((overview) => files.seen(overview)))
  const terminals = parts.use(new Terminals({ storage, sessions, network: links.network, clock, log }))
  parts.use(
    labSessions.onSignedIn((labId) => {
      labCards.readNow({ labId })
      void found.lookNow({ labId })
      files.signedIn(labId)
    }),
  )
  const { relays } = links
  const labs = new LabRecords({ storage, relays })
  const { overview, activity } = view
  const trial = parts.adopt(
    new Trial({ storage, relays, labs, tunnels, overview, activity, log, dataFolder }),
    (part) => part.stop(),
  )
  const work = parts.use(openJobs({ storage, machines, programFolders, links, view, clock, log }))
  const servers = new ServerRecords({ storage, relays, connect: connectRelay })
  const consoleForwards = parts.adopt(new ConsoleForwards({ storage, machines, relays, clock }), (part) =>
    part.close(),
  )
  const serverUses = new ServerUses({ relays, log })
  const waitingUpdates = parts.adopt(new WaitingUpdates({ storage, sessions, clock, log }), (part) =>
    part.close(),
  )
  const hostKeys = createHostKeys({ storage, machines, ask: questions.ask, log, clock })
  const save = app.saveSettings.bind(app)
  const moving = new Moving({ storage, version: shell.version, clock, log, save })
  const pack = moving.pack.bind(moving)
  const laptopOffers = parts.adopt(new LaptopOffers({ storage, relays, clock, log, pack }), (part) =>
    part.close(),
  )
  const router = createRouter(
    desktopHandlers({
      app,
      moving,
      laptopOffers,
      hostKeys,
      servers,
      serverUses,
      waitingUpdates,
      consoleForwards,
      labs,
      labSessions,
      sessions,
      questions,
      files,
      labCards,
      notices,
      alerts,
      trial,
      links,
      view,
      work,
      tunnels,
      tunnelValues,
      found,
      openIn,
      guestPasses,
      pathTest,
      starts,
      terminals,
    }),
    log,
  )
  const opened = parts.move()
  let closing: Promise<void> | undefined
  return { router, close: () => (closing ??= opened.disposeAsync()) }
}
