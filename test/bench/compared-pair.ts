import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../relay-core/src/testing/free-port.ts'
import type { Place } from './place.ts'
import type { MeasuredProgram } from './measured-program.ts'

/** The services that every pair tunnels to. */
export const serviceNames = ['sink', 'source', 'echo', 'page', 'ssh'] as const
export type Services = Record<(typeof serviceNames)[number], number>

export type Visitors = Partial<Record<keyof Services, MeasuredProgram>>

/** A relay and an agent that run, with a tunnel to each service. */
export interface RunningPair {
  /** Where visitors go. */
  readonly host: string
  readonly ports: Services
  /** Undefined where there is nothing in between. */
  readonly relay: MeasuredProgram | undefined
  readonly agent: MeasuredProgram | undefined
  /** Of private tunnels: at each service's port a program of its own. */
  readonly visitors?: Visitors
  killRelay(): Promise<void>
  startRelay(): Promise<void>
  /** Calls the relay's API, as the app does; undefined where there is none. */
  callRelay?: (() => Promise<void>) | undefined
  /** A port on the laptop's loopback that leads to a target at the lab by a private tunnel; undefined where there are none. */
  visitPrivately?: ((target: string) => Promise<PrivateVisit>) | undefined
  close(): Promise<void>
}

export interface PrivateVisit {
  readonly port: number
  close(): Promise<void>
}

/** A way from visitors to services that the bench compares. */
export interface ComparedPair {
  readonly name: string
  readonly what: string
  /** False: nobody would come back after the relay's restart. */
  readonly comesBack: boolean
  /** It has private tunnels. */
  readonly isPrivateToo?: boolean
  /** Another one with something turned off: measured only where a row asks for it. */
  readonly isVariant?: boolean
  /** Its copies do not pass the relay: it has rows of its own. */
  readonly isDirect?: true
  /** Why it cannot run here, or undefined. */
  missing(): string | undefined
  /** The tunnels may need a moment more before they let bytes through. */
  start(services: Services, place: Place): Promise<RunningPair>
}

/** What starting needs: an empty folder, removed at the end, and ports that were free a moment ago. */
export interface Scratch {
  readonly folder: string
  readonly bridgePort: number
  readonly ports: Services
}

/** Makes a pair in a scratch folder out of how each of its ends is started. */
export async function startPair(
  { visitHost }: Place,
  prepare: (scratch: Scratch) => Promise<{
    startRelay: () => Promise<MeasuredProgram>
    startAgent: (relay: MeasuredProgram) => Promise<MeasuredProgram>
    callRelay?: () => Promise<void>
    visitPrivately?: (target: string) => Promise<PrivateVisit>
    startVisitors?: (started: Visitors) => Promise<void>
  }>,
): Promise<RunningPair> {
  const folder = await mkdtemp(join(tmpdir(), 'nps-bench-'))
  const ports = {
    sink: await freePort(),
    source: await freePort(),
    echo: await freePort(),
    page: await freePort(),
    ssh: await freePort(),
  }
  let [relay, agent]: (MeasuredProgram | undefined)[] = []
  const visitors: Visitors = {}
  const close = async () => {
    await Promise.all([relay, agent, ...Object.values(visitors)].map((one) => one?.kill()))
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const { startRelay, startAgent, startVisitors, visitPrivately, callRelay } = await prepare({
      folder,
      bridgePort: await freePort(),
      ports,
    })
    relay = await startRelay()
    agent = await startAgent(relay)
    await startVisitors?.(visitors)
    return {
      host: startVisitors ? '127.0.0.1' : visitHost,
      ports,
      get relay() {
        return relay
      },
      agent,
      visitors,
      killRelay: async () => relay?.kill(),
      startRelay: async () => {
        relay = await startRelay()
      },
      visitPrivately,
      callRelay,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
