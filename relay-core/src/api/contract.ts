import { eventIterator, oc } from '@orpc/contract'
import * as z from 'zod'
import { client, keptClient } from './client-models.ts'
import { changedConf, confFile, savedConf } from './conf/conf-file.ts'
import { legMeasurement, probeResult } from './path-models.ts'
import { relayErrorData } from './relay-failure.ts'
import { caller, consolePass, machineUse, relayStatus, seenKey } from './relay-status-models.ts'
import { keptTunnel, targetAddress, tunnel, tunnelMode } from './relay-tunnel-models.ts'
import { clientId, displayName, instantMs, port, tunnelId } from './words/scalars.ts'
import { minVkeyLength } from './words/min-vkey-length.ts'
import { connection, liveTraffic, trafficHistory } from './traffic-models.ts'
import { interchangeableModes } from './tunnel-modes.ts'
import { printableText } from './words/printable.ts'
import { clientLimits, limits } from './limits.ts'
import { clientSettings, tunnelSettings } from './tunnel-settings.ts'
import { relayErrorCodes } from './errors.ts'
import { guestPass, newGuestPass } from './guest-pass-models.ts'
import { type ListSchema, type OneSchema, writtenList, writtenOne } from './lists.ts'
import { listening } from './listening.ts'
import { watch, watchWish } from './webhook/watch-models.ts'
import { newWebhook, webhookAnswer, webhookView } from './webhook/webhook-models.ts'

/**
 * Every call may fail with any code of the closed list; `data.params` holds the values for the text.
 * A feed yields the current value first, then each change; after a reconnect, subscribe again.
 */
const base = oc.errors(
  Object.fromEntries(relayErrorCodes.map((code) => [code, { data: relayErrorData }])) as Record<
    (typeof relayErrorCodes)[number],
    { data: typeof relayErrorData }
  >,
)

const nothing = z.object({})
const clientRef = z.object({ id: clientId })
const tunnelRef = z.object({ id: tunnelId })
const passRef = z.object({ id: guestPass.shape.id })

/** Of one call that measures; many side by side fill the line. */
export const maxMeasureBytes = 65_536

/**
 * The API of one relay: what the web console, the desktop app and `nps client|tunnel` speak. Both ends parse by it what the
 * other sends, and they are often of different versions: a field that answers gain later has to be optional, and what may gain
 * kinds is told in a `listOf`, of which an older reader takes what it knows. `oneOf`: one of its items, by its number.
 */
export const contractOf = (listOf: ListSchema, oneOf: OneSchema) => ({
  status: {
    get: base.input(nothing).output(relayStatus),
    watch: base.input(nothing).output(eventIterator(relayStatus)),
    /** What its machine is doing, every 3 s; the machine is read only while somebody asks. Later than the rest. */
    machine: base.input(nothing).output(eventIterator(machineUse)),
    /**
     * A key for the relay's UDP ports, by which the asker sees whether it reaches them; good for as long as it is followed.
     * `not-possible-here` where none of them answers. Later than the rest.
     */
    seenKey: base.input(nothing).output(eventIterator(seenKey)),
    /** At which address the relay sees whoever asks. Later than the rest. */
    caller: base.input(nothing).output(caller),
    /** For measuring the way to the relay: takes bytes, and gives as many as are asked for. Later than the rest. */
    measure: base
      .input(
        z.object({
          payload: z.string().max(maxMeasureBytes),
          giveBytes: z.number().int().min(0).max(maxMeasureBytes),
        }),
      )
      .output(z.object({ payload: z.string().max(maxMeasureBytes) })),
    /** Ends the process so that its service starts it again; refused where no service would. */
    restart: base.input(nothing).output(nothing),
  },
  clients: {
    list: base.input(nothing).output(listOf(client, keptClient)),
    watch: base.input(nothing).output(eventIterator(listOf(client, keptClient))),
    /** Without `vkey` the relay makes one: 32 random characters. */
    add: base
      .input(
        z.object({
          name: displayName,
          vkey: z.string().min(minVkeyLength).max(128).regex(printableText).optional(),
          settings: clientSettings.optional(),
          limits: clientLimits.optional(),
        }),
      )
      .output(client),
    /** `settings` and `limits` replace the old ones as a whole; left out, they stay. */
    edit: base
      .input(
        clientRef.extend({
          name: displayName.optional(),
          settings: clientSettings.optional(),
          limits: clientLimits.optional(),
        }),
      )
      .output(oneOf(client, keptClient)),
    setEnabled: base.input(clientRef.extend({ enabled: z.boolean() })).output(oneOf(client, keptClient)),
    /** Removes its tunnels too and ends its connections. */
    remove: base.input(clientRef).output(nothing),
    /**
     * What listens on its lab box now, as its npc tells; nothing of it is kept. `mode-unsupported` for an older or a stock npc, `target-denied` for one with
     * `-discover=false`, `target-missing` where it runs on another system than Linux. Later than the rest; not for sessions of the console.
     */
    listening: base.input(clientRef).output(listening),
    /** The line to start its agent. `host` is the server's name as the asker knows it. */
    command: base
      .input(clientRef.extend({ host: z.string().min(1).max(253) }))
      .output(z.object({ command: z.string(), vkey: z.string(), fingerprint: z.string() })),
    /**
     * A one-time code, good for one installation by one pasted line. `allowTarget` stands in the line, as npc's flag of that
     * name reads it: what its agent may dial; without it, whatever its relay asks for.
     */
    invite: base
      .input(
        clientRef.extend({
          host: z.string().min(1).max(253),
          allowTarget: z.string().min(1).max(4096).optional(),
        }),
      )
      .output(
        z.object({
          code: z.string(),
          expiresAtMs: instantMs,
          curl: z.string(),
          wget: z.string(),
          /** For PowerShell or cmd on Windows; older relays leave it out. */
          powershell: z.string().optional(),
          /** The folder into which an npc has to be copied before the line works; null where one lies, left out by older relays. */
          lacksProgramIn: z.string().nullish(),
        }),
      ),
  },
  tunnels: {
    list: base.input(nothing).output(listOf(tunnel, keptTunnel)),
    watch: base.input(nothing).output(eventIterator(listOf(tunnel, keptTunnel))),
    /** Without `port`: the next free one of `allow_ports`, where the mode has a port. Listening already when it answers. */
    add: base
      .input(
        z.object({
          clientId,
          name: displayName.optional(),
          mode: tunnelMode.default('tcp'),
          port: port.optional(),
          target: targetAddress,
          settings: tunnelSettings.optional(),
          limits: limits.optional(),
        }),
      )
      .output(tunnel),
    /**
     * `settings` and `limits` replace the old ones as a whole; left out, they stay. `mode` takes a tcp tunnel's
     * port away, or gives a private one a port (`port`, else the next free one); likewise socks5 and privateSocks5, httpProxy and privateHttpProxy.
     */
    edit: base
      .input(
        tunnelRef.extend({
          name: displayName.optional(),
          mode: z.enum(interchangeableModes).optional(),
          port: port.optional(),
          target: targetAddress.optional(),
          settings: tunnelSettings.optional(),
          limits: limits.optional(),
        }),
      )
      .output(oneOf(tunnel, keptTunnel)),
    remove: base.input(tunnelRef).output(nothing),
    start: base.input(tunnelRef).output(oneOf(tunnel, keptTunnel)),
    /** Also ends its open connections. */
    stop: base.input(tunnelRef).output(oneOf(tunnel, keptTunnel)),
    probe: base.input(tunnelRef).output(probeResult),
    /** Measures the way from the relay to the tunnel's lab box, with up to 4 MiB; `mode-unsupported` for an older or a stock npc. */
    measure: base.input(tunnelRef).output(legMeasurement),
    connections: base.input(tunnelRef).output(z.array(connection)),
    /** private: the line for the visitor's machine. `agentFingerprint` is null while the agent is offline, and for stock ones. */
    visitCommand: base.input(tunnelRef.extend({ host: z.string().min(1).max(253) })).output(
      z.object({
        command: z.string(),
        password: z.string(),
        fingerprint: z.string(),
        agentFingerprint: z.string().nullable(),
      }),
    ),
  },
  /** Later than the rest. */
  console: {
    /**
     * Lets a browser into the web console once, within a minute, without the password: `POST <path>/login/pass` takes `token`. Not for
     * sessions of the console themselves. `not-possible-here` while the console does not listen.
     */
    pass: base.input(nothing).output(consolePass),
  },
  /** Later than the rest: an older relay does not know these calls. */
  passes: {
    list: base.input(nothing).output(listOf(guestPass)),
    watch: base.input(nothing).output(eventIterator(listOf(guestPass))),
    /** `line` is what the guest runs, with the secret, shown this once; null for a pass of an address. */
    add: base.input(newGuestPass).output(z.object({ pass: guestPass, line: z.string().nullable() })),
    /** Ends its connections at once. */
    revoke: base.input(passRef).output(guestPass),
    /** Within a minute after `revoke`. */
    restore: base.input(passRef).output(guestPass),
  },
  /** Where the relay tells what happens while nobody looks. Later than the rest: an older relay does not know these calls. */
  webhook: {
    /** Null: there is none. */
    get: base.input(nothing).output(z.object({ webhook: webhookView.nullable() })),
    /** Takes the place of the one before, its secret too. */
    set: base.input(newWebhook).output(webhookView),
    remove: base.input(nothing).output(nothing),
    /** Sends a message and waits for the answer, for 10 s. */
    test: base.input(nothing).output(webhookAnswer),
  },
  /** What the webhook is to tell once, of processes and GPUs of lab boxes. Later than the rest. */
  watches: {
    list: base.input(nothing).output(listOf(watch)),
    /**
     * The lab box is asked first. `mode-unsupported` for an older or a stock npc, `target-denied` for one with `-discover=false`, `target-missing` where it does
     * not see the process or no GPU, `agent-offline`, `limit-reached`.
     */
    add: base.input(z.object({ clientId, wish: watchWish })).output(watch),
    remove: base.input(z.object({ id: watch.shape.id })).output(nothing),
  },
  traffic: {
    /** Once a second; tunnels without a change are left out after the first value. */
    live: base.input(nothing).output(eventIterator(liveTraffic)),
    /** hour: 60 points of a minute; day: 288 of 5 minutes; week: 168 of an hour; month: 120 of 6 hours. All tunnels together without `tunnelId`;
     * with `clientId`, which relays up to 1.0 ignore, those that it has. */
    history: base
      .input(
        z.object({
          tunnelId: tunnelId.optional(),
          clientId: clientId.optional(),
          range: z.enum(['hour', 'day', 'week', 'month']),
        }),
      )
      .output(trafficHistory),
  },
  config: {
    get: base.input(nothing).output(confFile),
    /** Checked, then written atomically; the previous text is kept beside it as `nps.conf.previous`. */
    save: base.input(changedConf).output(savedConf),
  },
  log: {
    /** The last lines first (at most 500), then each new one. */
    tail: base.input(nothing).output(eventIterator(z.object({ lines: z.array(z.string()) }))),
  },
})

/** As the relay keeps to it. Who asks one takes it with `readList`. */
export const relayContract = contractOf(writtenList, writtenOne)
export type RelayContract = typeof relayContract
