import { eventIterator, oc } from '@orpc/contract'
import { trafficHistory } from '@nps-desktop/relay-core/api'
import { z } from 'zod'
import { appLink } from './app-link.ts'
import { consoleContract } from './console-contract.ts'
import { failureData } from './failure.ts'
import { foundContract } from './found-contract.ts'
import { guestPassesContract } from './guest-passes-contract.ts'
import { filesContract } from './files-contract.ts'
import { labCardContract } from './lab-card-contract.ts'
import { machineUpdatesContract } from './machine-updates-contract.ts'
import { noticesContract } from './notices-contract.ts'
import * as model from './desktop-models.ts'
import { movingContract } from './moving-contract.ts'
import { openInContract } from './open-in-contract.ts'
import { serverUseContract } from './server-use-contract.ts'
import { signInContract } from './sign-in-contract.ts'
import { startContract } from './start-contract.ts'
import { systemUpdatesContract } from './system-updates-contract.ts'
import { terminalsContract } from './terminals-contract.ts'
import { pathTestContract } from './path-test-contract.ts'
import { serviceKind, tunnelReach } from './tunnel-kinds.ts'
import { tunnelValuesContract } from './tunnel-values-contract.ts'
import { updateState } from './updates.ts'
import { webhookContract } from './webhook-contract.ts'

/**
 * What the page can ask of the app. Calls are one question, one answer, and can be cancelled; feeds (`watch`, `live`)
 * yield the current value first, then each change.
 * A foreseen failure is the error `FAILED` with a `failure` as data.
 */
const base = oc.errors({ FAILED: { data: failureData } })
const nothing = z.object({})
const serverRef = z.object({ serverId: model.id })
const labRef = z.object({ labId: model.id })
const tunnelRef = z.object({ tunnelId: model.id })
const jobRef = z.object({ jobId: model.id })

export const desktopContract = {
  app: {
    capabilities: base.input(nothing).output(model.capabilities),
    settings: {
      watch: base.input(nothing).output(eventIterator(model.settings)),
      save: base.input(model.settings.omit({ sshEntries: true }).partial()).output(model.settings),
    },
    openUrl: base.input(z.object({ url: z.url() })).output(nothing),
    openDataFolder: base.input(nothing).output(nothing),
    /** Takes what was set aside out of the app's data, with its secrets. */
    forgetSetAside: base.input(z.object({ id: z.number().int() })).output(nothing),
    /** Null when the person closed the dialog. */
    pickKeyFile: base.input(nothing).output(z.object({ path: z.string().nullable() })),
    /** Newer versions of the app: what is known of them, asking now, and fetching what was found. */
    updates: {
      watch: base.input(nothing).output(eventIterator(updateState)),
      check: base.input(nothing).output(nothing),
      download: base.input(nothing).output(nothing),
    },
    /** Whether the system starts the app when the person logs in; asked of the system, where it can be changed too. */
    startAtLogin: {
      get: base.input(nothing).output(z.object({ isOn: z.boolean() })),
      set: base.input(z.object({ isOn: z.boolean() })).output(nothing),
    },
    /** `nps-desktop://` links that arrived; the page decides what to show. */
    deepLinks: base.input(nothing).output(eventIterator(appLink)),
  },

  overview: { watch: base.input(nothing).output(eventIterator(model.overview)) },
  activity: {
    watch: base.input(nothing).output(eventIterator(z.array(model.activityEvent))),
  },

  hostKeys: {
    /** Asks the machine for its host key; sends no name and no secret. */
    inspect: base.input(model.sshEndpoint).output(model.hostKey),
    /** Pins the key; from now on only this one is accepted. */
    confirm: base.input(model.sshEndpoint.extend({ fingerprint: z.string() })).output(nothing),
    list: base.input(nothing).output(z.array(model.hostKey)),
    forget: base.input(z.object({ host: model.host, port: model.port, way: z.string() })).output(nothing),
  },

  files: filesContract,

  jobs: {
    watch: base.input(jobRef).output(eventIterator(model.job)),
    list: base.input(nothing).output(z.array(model.job)),
    /** The job ends as `cancelled`; what is half done is cleaned or can be run again. */
    cancel: base.input(jobRef).output(nothing),
    /** Runs the failed step and those after it again, with what was corrected. */
    retry: base.input(jobRef.extend(model.corrections.shape)).output(nothing),
  },

  servers: {
    /** Remembers a server and its sign-in; the host key must be confirmed before. */
    add: base
      .input(z.object({ name: model.name.optional(), address: model.sshAddress, secret: model.sshSecret }))
      .output(z.object({ serverId: model.id })),
    edit: base
      .input(
        serverRef.extend({
          name: model.name.optional(),
          address: model.sshAddress.optional(),
          secret: model.sshSecret.optional(),
          plan: model.serverPlan.optional(),
        }),
      )
      .output(nothing),
    /** A running relay, by what `nps connect` prints there: no ssh needed. */
    connect: base
      .input(
        z.object({
          name: model.name.optional(),
          host: model.host,
          bridgePort: model.port,
          adminKey: z.string().min(16).max(256),
          /** Empty: pin the identity that answers; it is shown in the answer. */
          fingerprint: z.string().optional(),
        }),
      )
      .output(z.object({ serverId: model.id, fingerprint: z.string() })),
    setup: base
      .input(
        serverRef.extend({
          range: model.portRange.default({ from: 7000, to: 9000 }),
          bridgePort: model.port.default(8024),
          sudoPassword: z.string().max(1024).optional(),
          withoutRoot: z.boolean().default(false),
        }),
      )
      .output(jobRef),
    checkPorts: base.input(serverRef).output(jobRef),
    /** Adds the rule that the port report shows; never touches the rule of the running ssh session. */
    openHostFirewall: base
      .input(serverRef.extend({ sudoPassword: z.string().max(1024).optional() }))
      .output(z.object({ command: z.string() })),
    /** What the last port check found, if any. */
    ports: base.input(serverRef).output(z.object({ report: model.portReport.nullable() })),
    /** `uninstall`: takes everything back on the machine; otherwise only forgets it here. */
    remove: base
      .input(serverRef.extend({ uninstall: z.boolean(), sudoPassword: z.string().max(1024).optional() }))
      .output(z.object({ jobId: model.id.nullable() })),
    /** Tries to reach it now, instead of later; answers with the end of the try, whatever it was. */
    tryNow: base.input(serverRef).output(nothing),
    /** By its relay; by ssh when that does not run. */
    restart: base.input(serverRef.extend({ sudoPassword: z.string().max(1024).optional() })).output(nothing),
    config: {
      get: base.input(serverRef).output(
        z.object({
          path: z.string(),
          text: z.string(),
          revision: z.string(),
          warnings: z.array(z.object({ line: z.number().int(), message: z.string() })),
        }),
      ),
      save: base
        .input(serverRef.extend({ text: z.string().max(256 * 1024), revision: z.string() }))
        .output(z.object({ revision: z.string(), restartNeeded: z.boolean() })),
    },
    log: base.input(serverRef).output(eventIterator(z.object({ lines: z.array(z.string()) }))),
  },

  labs: {
    /** Remembers a lab box; `address` null: it will come by the pasted line. */
    add: base
      .input(
        serverRef.extend({
          name: model.name,
          address: model.machineAddress.nullable(),
          secret: model.sshSecret.optional(),
          allowTarget: model.allowTarget.default(model.thisLabBoxOnly),
        }),
      )
      .output(z.object({ labId: model.id })),
    edit: base
      .input(
        labRef.extend({
          name: model.name.optional(),
          address: model.machineAddress.optional(),
          secret: model.sshSecret.optional(),
          /** In force once the box has been set up again, by the app or by a new line. */
          allowTarget: model.allowTarget.optional(),
        }),
      )
      .output(nothing),
    /** Adds targets, each `host:port`, to what the box may open; in force as with `edit`. Nothing where it has no limit. */
    allow: base
      .input(labRef.extend({ targets: z.array(z.string().max(300)).min(1).max(64) }))
      .output(nothing),
    /** Lets the box show a folder by tunnels; in force as with `edit`. */
    share: base.input(labRef.extend({ folder: model.sharedFolder })).output(nothing),
    setup: base.input(labRef.extend({ sudoPassword: z.string().max(1024).optional() })).output(jobRef),
    /** `platform`: what the lab box runs, so that its server gets the program for it first. */
    invite: base.input(labRef.extend({ platform: model.labPlatform.default('linux') })).output(
      z.object({
        curl: z.string(),
        wget: z.string(),
        /** For Windows; null from a server whose nps does not know it. */
        powershell: z.string().nullable(),
        expiresAtMs: model.instantMs,
      }),
    ),
    remove: base
      .input(labRef.extend({ uninstall: z.boolean() }))
      .output(z.object({ jobId: model.id.nullable() })),
  },

  console: consoleContract,
  guestPasses: guestPassesContract,
  labCard: labCardContract,
  machineUpdates: machineUpdatesContract,
  notices: noticesContract,
  pathTest: pathTestContract,
  serverUse: serverUseContract,

  tunnels: {
    /** One click: the kind's usual target, the next free open port. */
    addPreset: base
      .input(
        labRef.extend({
          kind: serviceKind,
          /** Without it: what the service is called in English. */
          name: model.name.optional(),
          port: model.port.optional(),
          /** Without it: this laptop alone for what has no encryption of its own, anyone for SSH. */
          reach: tunnelReach.optional(),
        }),
      )
      .output(tunnelRef),
    addTcp: base
      .input(
        labRef.extend({
          name: model.name,
          target: z.string(),
          port: model.port.optional(),
          reach: tunnelReach.default('anyone'),
        }),
      )
      .output(tunnelRef),
    /** With another `reach` the tunnel gets another port: `port`, else the next free one. */
    edit: base
      .input(
        tunnelRef.extend({
          name: model.name.optional(),
          reach: tunnelReach.optional(),
          port: model.port.optional(),
          target: z.string().optional(),
        }),
      )
      .output(nothing),
    start: base.input(tunnelRef).output(nothing),
    stop: base.input(tunnelRef).output(nothing),
    /** Stops at once, forgets after ten seconds; until then `undoRemove` brings it back. */
    remove: base.input(tunnelRef).output(z.object({ undoUntilMs: model.instantMs })),
    undoRemove: base.input(tunnelRef).output(nothing),
    /** Gives a private tunnel that was made elsewhere a port on this laptop. */
    useHere: base.input(tunnelRef).output(tunnelRef),
    /**
     * What the server has changed at it, or the key that its lab box proves now, is as the person wants it. Without
     * `agentKey` the lab box's key stays as it is.
     */
    acceptChange: base.input(tunnelRef.extend({ agentKey: model.agentKey.optional() })).output(nothing),
    check: base.input(tunnelRef).output(model.tunnel),
    /** Looks for the direct way of a private tunnel now, where there is none; not within 11 s of the last time. */
    tryDirect: base.input(tunnelRef).output(nothing),
    /** The address with what it takes to get in, such as Jupyter's token when the app can read it. */
    openAddress: base.input(tunnelRef).output(z.object({ url: z.string(), hasToken: z.boolean() })),
    connections: base.input(tunnelRef).output(
      z.array(
        z.object({
          id: z.number().int(),
          visitor: z.string(),
          openedAtMs: model.instantMs,
          downBytes: z.number(),
          upBytes: z.number(),
        }),
      ),
    ),
  },

  found: foundContract,
  moving: movingContract,

  /** A lab box in other programs of this computer. */
  openIn: openInContract,
  signIn: signInContract,
  starts: startContract,
  systemUpdates: systemUpdatesContract,
  tunnelValues: tunnelValuesContract,

  traffic: {
    /** Rates of every tunnel, keyed by the app's tunnel id. */
    live: base.input(nothing).output(
      eventIterator(
        z.object({
          atMs: model.instantMs,
          tunnels: z.array(
            z.object({
              tunnelId: model.id,
              downBytesPerSecond: z.number(),
              upBytesPerSecond: z.number(),
              downBytes: z.number(),
              upBytes: z.number(),
              connections: z.number().int(),
            }),
          ),
        }),
      ),
    ),
    /** Of one tunnel, of those that a lab box has now, of all of one server, or of all servers together. */
    history: base
      .input(
        z.object({
          tunnelId: model.id.optional(),
          labId: model.id.optional(),
          serverId: model.id.optional(),
          range: z.enum(['hour', 'day', 'week', 'month']),
        }),
      )
      .output(trafficHistory),
  },

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
