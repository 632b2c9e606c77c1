import type { AppCalls } from '../app/app-calls.ts'
import type { ConsoleForwards } from '../console-forwards/console-forwards.ts'
import type { DesktopHandlers } from './desktop-router.ts'
import type { LabFiles } from '../lab-files/lab-files.ts'
import type { LabCards } from '../lab-card/lab-cards.ts'
import type { Alerts } from '../notices/alerts.ts'
import type { Notices } from '../notices/notices.ts'
import type { LabSessions } from '../lab-sessions/lab-sessions.ts'
import type { MachineSessions } from '../lab-sessions/machine-sessions.ts'
import type { LabRecords } from '../labs/lab-records.ts'
import type { LaptopOffers } from '../moving/laptop-offers.ts'
import type { Moving } from '../moving/moving.ts'
import type { OpenIn } from '../open-in/open-in.ts'
import { relayCalls } from '../servers/relay-calls.ts'
import type { ServerUses } from '../server-use/server-uses.ts'
import type { ServerRecords } from '../servers/server-records.ts'
import type { SignInQuestions } from '../ssh/sign-in-questions.ts'
import type { WaitingUpdates } from '../system-updates/waiting-updates.ts'
import type { HostKeys } from '../ssh/host-keys/host-keys.ts'
import type { Terminals } from '../terminals/terminals.ts'
import type { Trial } from '../trial/trial.ts'
import { webhookCalls } from '../webhooks/webhook-calls.ts'
import type { JobPart } from './open-jobs.ts'
import type { Links } from './open-links.ts'
import type { TunnelPart } from './open-tunnel-part.ts'
import type { View } from './open-view.ts'

/** Which part answers which call of the contract. */
export function desktopHandlers({
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
  links: { relays },
  view: { forwards, overview, activity, traffic },
  work: { jobs, agentPrograms, serverJobs, labJobs, machineUpdates },
  tunnels,
  found,
  openIn,
  guestPasses,
  pathTest,
  starts,
  terminals,
  tunnelValues,
}: {
  app: AppCalls
  moving: Moving
  laptopOffers: LaptopOffers
  hostKeys: HostKeys
  servers: ServerRecords
  serverUses: ServerUses
  waitingUpdates: WaitingUpdates
  consoleForwards: ConsoleForwards
  labs: LabRecords
  labSessions: LabSessions
  sessions: MachineSessions
  questions: SignInQuestions
  files: LabFiles
  labCards: LabCards
  notices: Notices
  alerts: Alerts
  trial: Trial
  links: Links
  view: View
  work: JobPart
  tunnels: TunnelPart['tunnels']
  found: TunnelPart['found']
  openIn: OpenIn
  guestPasses: TunnelPart['guestPasses']
  pathTest: TunnelPart['pathTest']
  starts: TunnelPart['starts']
  terminals: Terminals
  tunnelValues: TunnelPart['tunnelValues']
}): DesktopHandlers {
  return {
    app: {
      capabilities: () => app.capabilities(),
      settings: {
        watch: (_input, { signal }) => app.watchSettings(signal),
        save: (change) => app.saveSettings(change),
      },
      openUrl: (input) => app.openUrl(input),
      openDataFolder: () => app.openDataFolder(),
      forgetSetAside: (input) => app.forgetSetAside(input),
      pickKeyFile: () => app.pickKeyFile(),
      updates: {
        watch: (_input, { signal }) => app.watchUpdates(signal),
        check: () => app.checkForUpdates(),
        download: () => app.downloadUpdate(),
      },
      startAtLogin: {
        get: () => app.startsAtLogin(),
        set: (input) => app.setStartAtLogin(input),
      },
      deepLinks: (_input, { signal }) => app.deepLinks(signal),
    },
    overview: { watch: (_input, { signal }) => overview.feed.watch(signal) },
    activity: { watch: (_input, { signal }) => activity.feed.watch(signal) },
    pathTest: { run: (input, options) => pathTest.run(input, options) },
    console: { open: (input, options) => consoleForwards.open(input, options) },
    serverUse: { watch: (input, options) => serverUses.watch(input, options) },
    systemUpdates: { read: (input) => waitingUpdates.read(input) },
    guestPasses: {
      list: (input, options) => guestPasses.list(input, options),
      make: (input, options) => guestPasses.make(input, options),
      revoke: (input, options) => guestPasses.revoke(input, options),
      restore: (input, options) => guestPasses.restore(input, options),
    },
    hostKeys: {
      inspect: (input, options) => hostKeys.inspect(input, options),
      confirm: (input, options) => hostKeys.confirm(input, options),
      list: () => hostKeys.list(),
      forget: (input) => hostKeys.forget(input),
    },
    files: {
      list: (input, options) => files.list(input, options),
      count: (input, options) => files.count(input, options),
      makeFolder: (input, options) => files.makeFolder(input, options),
      rename: (input, options) => files.rename(input, options),
      remove: (input, options) => files.remove(input, options),
      look: (input, options) => files.look(input, options),
      upload: (input, options) => files.upload(input, options),
      offer: (input, options) => files.offer(input, options),
      give: (input) => files.give(input),
      download: (input, options) => files.download(input, options),
      pick: (input) => files.pick(input),
      transfers: {
        watch: (_input, { signal }) => files.watchTransfers(signal),
        pause: (input) => files.pause(input),
        goOn: (input) => files.goOn(input),
        stop: (input) => files.stop(input),
        first: (input) => files.first(input),
        clear: () => files.clear(),
        show: (input) => files.show(input),
      },
    },
    jobs: {
      watch: (input, options) => jobs.watch(input, options),
      list: () => jobs.list(),
      cancel: (input) => jobs.cancel(input),
      retry: (input) => jobs.retry(input),
    },
    servers: {
      add: async (input) => {
        const added = await servers.add(input)
        sessions.drop({ kind: 'server', id: added.serverId })
        return added
      },
      edit: async (input) => {
        await servers.edit(input)
        if (input.address || input.secret) sessions.drop({ kind: 'server', id: input.serverId })
      },
      connect: (input, options) => servers.connect(input, options),
      setup: (input) => serverJobs.setup(input),
      checkPorts: (input) => serverJobs.checkPorts(input),
      openHostFirewall: (input, options) => serverJobs.openHostFirewall(input, options),
      ports: (input) => servers.ports(input),
      remove: async (input) => {
        sessions.drop({ kind: 'server', id: input.serverId })
        await agentPrograms.stop(input.serverId)
        return serverJobs.remove(input)
      },
      restart: (input, options) => serverJobs.restart(input, options),
      ...relayCalls(relays),
    },
    labs: {
      add: (input, options) => labs.add(input, options),
      edit: async (input, options) => {
        await labs.edit(input, options)
        labSessions.drop(input.labId)
        labCards.readNow(input)
      },
      allow: (input) => labs.allow(input),
      share: (input) => labs.share(input),
      setup: (input) => labJobs.setup(input),
      invite: async (input, options) => {
        await agentPrograms.ready(labs.find(input.labId).server.id, input.platform, options)
        return await labs.invite(input, options)
      },
      remove: async (input, options) => {
        labSessions.drop(input.labId)
        try {
          return await labJobs.remove(input, options)
        } finally {
          // whoever was cut off has opened another one meanwhile
          labSessions.drop(input.labId)
        }
      },
    },
    machineUpdates: {
      server: (input) => machineUpdates.server(input),
      lab: (input) => machineUpdates.lab(input),
    },
    notices: {
      watch: (input, options) => notices.watch(input, options),
      lookAt: (input, options) => notices.lookAt(input, options),
      alerts: {
        watch: (input, options) => alerts.watch(input, options),
        add: (input) => alerts.add(input),
        remove: (input) => alerts.remove(input),
      },
    },
    labCard: {
      watch: (input, options) => labCards.watch(input, options),
      readNow: (input) => labCards.readNow(input),
      endProcess: (input, options) => labCards.endProcess(input, options),
    },
    tunnels: {
      addPreset: (input, options) => tunnels.addPreset(input, options),
      addTcp: (input, options) => tunnels.addTcp(input, options),
      edit: (input, options) => tunnels.edit(input, options),
      start: (input, options) => tunnels.start(input, options),
      stop: (input, options) => tunnels.stop(input, options),
      remove: (input) => tunnels.remove(input),
      undoRemove: (input) => tunnels.undoRemove(input),
      useHere: (input) => tunnels.useHere(input),
      acceptChange: (input) => tunnels.acceptChange(input),
      check: (input) => tunnels.check(input),
      tryDirect: (input) => forwards.tryDirect(input),
      setDirect: (input) => forwards.setDirect(input),
      openAddress: (input, options) => tunnels.openAddress(input, options),
      connections: (input, options) => tunnels.connections(input, options),
    },
    found: {
      watch: (input, options) => found.watch(input, options),
      glance: (input, options) => found.glance(input, options),
      lookNow: (input) => found.lookNow(input),
      setOn: (input) => found.setOn(input),
      add: (input, options) => found.add(input, options),
      lead: (input, options) => found.lead(input, options),
    },
    moving: {
      pack: (input) => moving.pack(input),
      look: (input) => moving.look(input),
      take: (input) => moving.take(input),
      offer: (input, options) => laptopOffers.offer(input, options),
      receive: (input, options) => moving.receive(input, options),
    },
    openIn: {
      watch: (_input, { signal }) => openIn.watch(signal),
      open: (input) => openIn.open(input),
      keepEntries: (input) => openIn.keepEntries(input),
    },
    signIn: {
      questions: (_input, { signal }) => questions.watch(signal),
      answer: (input) => questions.answer(input),
      leave: (input) => questions.leave(input),
      lab: (input, options) => labSessions.signIn(input, options),
    },
    starts: {
      choices: (input, options) => starts.choices(input, options),
      start: (input, options) => starts.start(input, options),
      watch: (input, options) => starts.watch(input, options),
      cancel: (input) => starts.cancel(input),
      stop: (input, options) => starts.stop(input, options),
    },
    tunnelValues: {
      place: tunnelValues.place.bind(tunnelValues),
      add: (input, options) => tunnelValues.add(input, options),
      addRange: (input, options) => tunnelValues.addRange(input, options),
      takeBack: (input) => tunnelValues.takeBack(input),
      read: (input) => tunnelValues.read(input),
      save: (input, options) => tunnelValues.save(input, options),
      labLimits: {
        read: (input) => tunnelValues.readLabLimits(input),
        save: (input, options) => tunnelValues.saveLabLimits(input, options),
      },
    },
    traffic: {
      live: (_input, { signal }) => traffic.feed.watch(signal),
      history: (input, options) => traffic.history(input, options),
    },
    terminals: {
      watch: (_input, { signal }) => terminals.watch(signal),
      open: (input) => terminals.open(input),
      output: (input, options) => terminals.output(input, options),
      acknowledge: (input) => terminals.acknowledge(input),
      write: (input) => terminals.write(input),
      resize: (input) => terminals.resize(input),
      tryNow: (input) => terminals.tryNow(input),
      startAgain: (input) => terminals.startAgain(input),
      close: (input) => terminals.close(input),
      kept: (input, options) => terminals.kept(input, options),
      endKept: (input, options) => terminals.endKept(input, options),
    },
    webhook: webhookCalls(relays),
    trial: {
      start: (input) => trial.start(input),
      speak: (input) => trial.speak(input),
      stop: () => trial.stop(),
    },
  }
}
