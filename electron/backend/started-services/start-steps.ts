import { randomBytes } from 'node:crypto'
import { knownServices } from '@nps-desktop/electron/contract'
import { poll } from '@nps-desktop/relay-core/async'
import type { Log } from '@nps-desktop/relay-core/log'
import type { LabSessions } from '../lab-sessions/lab-sessions.ts'
import type { LabServices } from '../labs/lab-services.ts'
import { RemoteShell } from '../ssh/shell/remote-shell.ts'
import type { LabRecord, Storage } from '../storage/records.ts'
import type { TunnelCalls } from '../tunnels/tunnel-calls.ts'
import { folderMissing, portTaken, startFailed } from './start-failures.ts'
import type { StartRun, StartSteps } from './start-run.ts'
import {
  checkScript,
  installProgressScript,
  installScript,
  progressScript,
  removeNewEnvironmentScript,
  type StartPlan,
  startScript,
  stopScript,
} from './start-scripts.ts'

/** Importing a large environment from a network disk takes a minute; after this something is wrong. */
const answerTimeoutMs = 180_000
/** Some hundred megabytes over a slow line. */
const installTimeoutMs = 15 * 60_000
const lookIntervalMs = 1_000
const undoTimeoutMs = 30_000

/** By what a start works. */
export interface StartMeans {
  readonly storage: Storage
  readonly labSessions: Pick<LabSessions, 'use'>
  readonly services: Pick<LabServices, 'find'>
  readonly tunnels: Pick<TunnelCalls, 'add' | 'check' | 'remove'>
  readonly log: Log
}

/** What the steps of one start do on its lab box. */
export function startSteps(
  run: StartRun,
  { lab, plan }: { lab: LabRecord; plan: StartPlan },
  { storage, labSessions, services, tunnels, log }: StartMeans,
): { steps: StartSteps; undo: () => Promise<void> } {
  let hasBegun = false
  let tunnelId: string | null = null
  /** With a session for as long as one script runs; it stays open in between. */
  const on = async (script: string, signal: AbortSignal, stdin = ''): Promise<string> => {
    using held = await labSessions.use(lab.id, { signal })
    return await new RemoteShell(held.session).output(script, { signal, stdin })
  }
  /** Asks every second how it goes, and shows what is printed; an end before its time is a failure. */
  const follow = async ({
    script,
    until,
    timeoutMs,
    signal,
  }: {
    script: string
    until: string
    timeoutMs: number
    signal: AbortSignal
  }): Promise<void> => {
    const look = async (): Promise<true | undefined> => {
      const [state, ...lines] = (await on(script, signal)).trimEnd().split('\n').map(printable)
      run.tell({ log: lines.slice(-8) })
      if (state === 'ended') throw startFailed(lab, plan, lines.slice(-3).join(' · '))
      return state === until ? true : undefined
    }
    const onTimeout = () => startFailed(lab, plan, `no answer within ${timeoutMs / 1000} s`)
    await poll(look, { intervalMs: lookIntervalMs, signal, timeoutMs, onTimeout })
  }
  const steps: StartSteps = {
    environment: async (signal) => {
      const wrong = await on(checkScript(plan), signal)
      if (/^python$/m.test(wrong)) throw startFailed(lab, plan, `${plan.python} is not there`)
      if (/^folder$/m.test(wrong)) throw folderMissing(lab, plan)
    },
    port: async (signal) => {
      if (/^port$/m.test(await on(checkScript(plan), signal))) throw portTaken(lab, plan)
    },
    install: async (signal) => {
      hasBegun = true
      await on(installScript(plan), signal)
      const script = installProgressScript(plan)
      await follow({ script, until: 'installed', timeoutMs: installTimeoutMs, signal })
    },
    start: async (signal) => {
      hasBegun = true
      await on(startScript(plan), signal, `${randomBytes(24).toString('hex')}\n`)
    },
    answer: async (signal) => {
      const script = progressScript(plan)
      await follow({ script, until: 'listening', timeoutMs: answerTimeoutMs, signal })
      if (plan.what !== 'jupyter') return
      // Jupyter listens some seconds before it answers, and tells its token just before it does.
      await poll(
        async () =>
          (await services.find(lab.id, { kind: 'jupyter', port: plan.port }, { signal })) ?? undefined,
        {
          intervalMs: lookIntervalMs,
          signal,
          timeoutMs: answerTimeoutMs,
          onTimeout: () => startFailed(lab, plan, 'it listens, but does not answer'),
        },
      )
    },
    tunnel: async (signal) => {
      tunnelId = await addTunnel(lab, plan, { storage, tunnels, signal })
      run.tell({ tunnelId })
      await tunnels.check({ tunnelId })
    },
  }
  /** Takes back what was done. Never throws. */
  const undo = async (): Promise<void> => {
    const signal = AbortSignal.timeout(undoTimeoutMs)
    try {
      if (tunnelId !== null) await tunnels.remove({ tunnelId })
      if (hasBegun) await on(stopScript(plan), signal)
      if (hasBegun && plan.install === 'venv') await on(removeNewEnvironmentScript, signal)
    } catch (error) {
      log.warn('what was started could not be taken back', { lab: lab.id, error })
    }
  }
  return { steps, undo }
}

async function addTunnel(
  lab: LabRecord,
  { what, port }: StartPlan,
  { storage, tunnels, signal }: Pick<StartMeans, 'storage' | 'tunnels'> & { signal: AbortSignal },
): Promise<string> {
  // a server on this computer lets nobody else in anyway
  const reach = storage.servers.get(lab.serverId)?.local === true ? 'anyone' : 'laptop'
  const wish = {
    kind: what,
    name: knownServices[what].name,
    target: `127.0.0.1:${port}`,
    reach,
    entrance: null,
    port: undefined,
  } as const
  return (await tunnels.add(lab.id, wish, { signal })).tunnelId
}

function printable(line: string): string {
  return line.replaceAll(/\p{C}+/gu, ' ').slice(0, 300)
}
