import { randomInt } from 'node:crypto'
import { rm } from 'node:fs/promises'
import type { PortRange } from '@nps-desktop/electron/contract'
import type { Log } from '@nps-desktop/relay-core/log'
import type { ActivityFeed } from '../activity/activity-feed.ts'
import { newId } from '../ids.ts'
import { listTunnels } from '../known-tunnels/list-tunnels.ts'
import type { LabRecords } from '../labs/lab-records.ts'
import type { OverviewFeed } from '../overview/overview-feed.ts'
import { adminKeySecret, type Relays } from '../relays/relays.ts'
import { untilRelay } from '../relays/relay-view.ts'
import { forgetServer } from '../storage/forget-server.ts'
import type { Storage } from '../storage/records.ts'
import type { TunnelCalls } from '../tunnels/tunnel-calls.ts'
import { sampleNameIn, sampleNames } from './sample-names.ts'
import type { SampleLanguage, SampleNames } from './sample-names.ts'
import { SampleVisitor } from './sample-visitor.ts'
import { trialFolder, TrialMachine } from './trial-machine.ts'

/** Everything runs on this computer: whatever takes longer has failed. */
const startTimeoutMs = 15_000

interface RunningTrial {
  readonly serverId: string
  readonly machine: TrialMachine
  visitor: SampleVisitor | null
}

export interface TrialParts {
  readonly dataFolder: string
  readonly storage: Storage
  readonly relays: Relays
  readonly labs: LabRecords
  readonly tunnels: TunnelCalls
  readonly overview: OverviewFeed
  readonly activity: ActivityFeed
  readonly log: Log
}

/** "Try everything on this computer": added like any server, by the same calls, and taken back without a trace. */
export class Trial {
  readonly #parts: TrialParts
  #running: RunningTrial | null = null
  /** One after the other: a stop waits for a start in progress. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(parts: TrialParts) {
    this.#parts = parts
  }

  /** Fulfils when its three tunnels listen. Started already: the same answer again. */
  start({ language }: { language: SampleLanguage }): Promise<{ serverId: string }> {
    return this.#inTurn(() => this.#start(language))
  }

  /** Closes its ports and removes its folder, rows and activity lines. Idempotent. */
  stop(): Promise<void> {
    return this.#inTurn(() => this.#stop())
  }

  /** What is made from then on, and what has not been named by a person, is in `language`. Without a trial, nothing happens. */
  speak({ language }: { language: SampleLanguage }): Promise<void> {
    return this.#inTurn(() => this.#speak(language, AbortSignal.timeout(startTimeoutMs)))
  }

  async #start(language: SampleLanguage): Promise<{ serverId: string }> {
    if (this.#running) return { serverId: this.#running.serverId }
    const { dataFolder, log } = this.#parts
    const machine = await TrialMachine.start({ dataFolder, language, log })
    this.#running = { serverId: newId('s'), machine, visitor: null }
    try {
      await this.#settle(this.#running, sampleNames[language], AbortSignal.timeout(startTimeoutMs))
      return { serverId: this.#running.serverId }
    } catch (error) {
      await this.#stop()
      throw error
    }
  }

  async #settle(running: RunningTrial, names: SampleNames, signal: AbortSignal): Promise<void> {
    const { storage, relays, labs, tunnels, log } = this.#parts
    const { serverId, machine } = running
    const { bridgePort, fingerprint, adminKey } = machine.relay
    await storage.secrets.set(adminKeySecret(serverId), adminKey.reveal())
    const relay = { host: '127.0.0.1', bridgePort, fingerprint, version: null, range: someRange() }
    const record = {
      id: serverId,
      name: names.server,
      address: null,
      relay,
      installed: null,
      ports: null,
      local: true,
    }
    storage.servers.put(record)
    await untilRelay(relays, serverId, ({ link }) => link.state === 'online', { signal })

    const input = { serverId, name: names.lab, address: null, allowTarget: null } as const
    const { labId } = await labs.add(input, { signal })
    const id = labs.find(labId).lab.clientId ?? 0
    const { vkey } = await relays.api(serverId).clients.command({ id, host: '127.0.0.1' }, { signal })
    machine.startAgent(vkey)
    const isOnline = untilRelay(
      relays,
      serverId,
      ({ mirror }) => mirror.clients?.find((client) => client.id === id)?.agent.state === 'online',
      { signal },
    )
    await isOnline

    const urls: string[] = []
    for (const kind of ['ssh', 'jupyter', 'tensorboard'] as const) {
      const target = `127.0.0.1:${machine.services[kind].port}`
      const tunnel = { kind, reach: 'anyone', name: names[kind], target, port: undefined } as const
      const made = await tunnels.add(labId, tunnel, { signal })
      if (kind === 'jupyter') urls.push(`http://127.0.0.1:${made.port}/data/noise`)
      if (kind === 'tensorboard') urls.push(`http://127.0.0.1:${made.port}/data/loss`)
    }
    running.visitor = new SampleVisitor({ urls, log })
    running.visitor.start()
  }

  async #speak(language: SampleLanguage, signal: AbortSignal): Promise<void> {
    if (!this.#running) return
    const { serverId, machine } = this.#running
    machine.speech.language = language
    const { storage, relays, labs, tunnels, overview, activity } = this.#parts
    const wanted = sampleNames[language]
    const other = (name: string): string | null => {
      const found = sampleNameIn(wanted, name)
      return found === name ? null : found
    }
    const record = storage.servers.get(serverId)
    const serverName = record && other(record.name)
    if (serverName) storage.servers.put({ ...record, name: serverName })
    for (const { id, serverId: of, name } of storage.labs.list()) {
      const labName = of === serverId ? other(name) : null
      if (labName) await labs.edit({ labId: id, name: labName }, { signal })
    }
    for (const { id, server, relayTunnel } of listTunnels(storage, relays)) {
      const name = server.id === serverId ? other(relayTunnel.name) : null
      if (name) await tunnels.edit({ tunnelId: id, name }, { signal })
    }
    overview.rebuild()
    activity.rename(serverId, other)
  }

  async #stop(): Promise<void> {
    if (!this.#running) return
    const { serverId, machine, visitor } = this.#running
    this.#running = null
    const { storage, overview, activity } = this.#parts
    try {
      await visitor?.close()
      // before the trial leaves the screen: what says that it has ended is true from then on
      await machine.close()
    } finally {
      forgetServer(storage, serverId)
      // writes "removed" before every line of the trial is taken back
      overview.rebuild()
      activity.removeServer(serverId)
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work)
    this.#turn = result.catch(() => undefined)
    return result
  }
}

/**
 * Twenty ports somewhere in 20000-30000, below those that systems give to outgoing connections: two people may try it on
 * one computer at the same time.
 */
function someRange(): PortRange {
  const from = randomInt(20_000, 30_000)
  return { from, to: from + 19 }
}

/** Removes what a crash has left of an earlier trial. */
export async function forgetTrials(storage: Storage, dataFolder: string): Promise<void> {
  for (const server of storage.servers.list()) {
    if (!server.local) continue
    storage.whenPossible(`trial/${server.id}`, () => {
      storage.activity.removeServer(server.id)
      forgetServer(storage, server.id)
    })
  }
  await rm(trialFolder(dataFolder), { recursive: true, force: true })
}
