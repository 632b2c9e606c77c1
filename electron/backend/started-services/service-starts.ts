import { randomBytes } from 'node:crypto'
import { knownServices } from '@nps-desktop/electron/contract'
import type { ServiceStart, Startable, StartChoices } from '@nps-desktop/electron/contract'
import { type Clock, Feed, poll } from '@nps-desktop/relay-core/async'
import type { Log } from '@nps-desktop/relay-core/log'
import { AppError } from '../failures/app-error.ts'
import { askLab } from '../lab-sessions/ask-lab.ts'
import type { LabSessions } from '../lab-sessions/lab-sessions.ts'
import type { LabServices } from '../labs/lab-services.ts'
import { RemoteShell } from '../ssh/shell/remote-shell.ts'
import type { SshSession } from '../ssh/ssh-session.ts'
import type { LabRecord, Storage } from '../storage/records.ts'
import type { TunnelCalls } from '../tunnels/tunnel-calls.ts'
import { choicesScript } from './choices-script.ts'
import { parseChoices } from './start-choices.ts'
import { StartRun } from './start-run.ts'
import {
  checkScript,
  installProgressScript,
  installScript,
  progressScript,
  removeNewEnvironmentScript,
  startScript,
  type StartPlan,
  stopScript,
} from './start-scripts.ts'

/** Importing a large environment from a network disk takes a minute; after this something is wrong. */
const answerTimeoutMs = 180_000
/** Some hundred megabytes over a slow line. */
const installTimeoutMs = 15 * 60_000
const lookIntervalMs = 1_000
const undoTimeoutMs = 30_000

export interface ServiceStartsOptions {
  readonly storage: Storage
  readonly labSessions: Pick<LabSessions, 'use'>
  readonly services: Pick<LabServices, 'find'>
  readonly tunnels: Pick<TunnelCalls, 'add' | 'check' | 'remove'>
  /** What runs on the lab box has changed. */
  readonly onChange: (labId: string) => void
  readonly clock: Clock
  readonly log: Log
}

type Signalled = { readonly signal: AbortSignal }

interface StartWish {
  readonly labId: string
  readonly what: Startable
  readonly environment: string
  readonly folder: string
  readonly port: number
  readonly restarts: boolean
  readonly tunnel: boolean
}

/** The calls of `starts`. */
export class ServiceStarts {
  readonly #options: ServiceStartsOptions
  readonly #runs = new Map<string, { readonly run: StartRun; readonly ended: Promise<void> }>()
  /** Lab boxes that are asked for their choices before a start. */
  readonly #beginning = new Set<string>()
  readonly #feeds = new Map<string, Feed<ServiceStart | null>>()

  constructor(options: ServiceStartsOptions) {
    this.#options = options
  }

  async choices(
    { labId, what }: { labId: string; what: Startable },
    { signal }: Signalled,
  ): Promise<StartChoices> {
    const lab = this.#lab(labId)
    const { labSessions } = this.#options
    return await askLab(labSessions, labId, (session) => choicesOf(session, lab, what, { signal }), {
      signal,
      asks: true,
    })
  }

  async start(wish: StartWish, options: Signalled): Promise<void> {
    const { labId } = wish
    if (this.#beginning.has(labId) || this.#runs.get(labId)?.run.isRunning)
      throw new AppError('busy', 'Something is being started on this lab box; wait for its end.', {
        jobId: labId,
      })
    this.#beginning.add(labId)
    try {
      await this.#begin(wish, options)
    } finally {
      this.#beginning.delete(labId)
    }
  }

  async #begin(wish: StartWish, { signal }: Signalled): Promise<void> {
    const { labId, what, port, environment, folder } = wish
    const lab = this.#lab(labId)
    const { storage, clock } = this.#options
    const choices = await this.choices({ labId, what }, { signal })
    const { keptBy, canRestart } = choices
    const chosen = choices.environments.find(({ path }) => path === environment)
    const plan: StartPlan = {
      what,
      port,
      python: environment,
      folder,
      install: chosen?.installs?.by ?? null,
      keptBy,
      restarts: wish.restarts && canRestart,
    }
    if (!chosen || (chosen.program === null && plan.install === null))
      throw failed(lab, plan, `${environment} has no such program`)
    const { name } = chosen
    const leaveOut = [
      ...(wish.tunnel ? [] : ['tunnel' as const]),
      ...(plan.install === null ? ['install' as const] : []),
    ]
    const run = new StartRun(
      { what, port, folder, keptBy, environment: name, restarts: plan.restarts },
      { leaveOut, feed: this.#feedOf(labId), clock },
    )
    const known = this.#lab(labId)
    storage.labs.put({ ...known, lastStarts: { ...known.lastStarts, [what]: { environment, folder } } })
    this.#runs.set(labId, { run, ended: this.#run(run, known, plan) })
  }

  async *watch(
    { labId }: { labId: string },
    { signal }: Signalled,
  ): AsyncGenerator<ServiceStart | null, void, void> {
    yield* this.#feedOf(labId).watch(signal)
  }

  async cancel({ labId }: { labId: string }): Promise<void> {
    const entry = this.#runs.get(labId)
    entry?.run.cancel()
    await entry?.ended
  }

  async stop({ labId, port }: { labId: string; port: number }, { signal }: Signalled): Promise<void> {
    using held = await this.#options.labSessions.use(labId, { signal, asks: true })
    const shell = new RemoteShell(held.session)
    for (const what of ['jupyter', 'tensorboard'] as const)
      await shell.output(stopScript({ what, port }), { signal })
    this.#options.onChange(labId)
  }

  /** What is under way is called off and taken back. */
  async close(): Promise<void> {
    const runs = [...this.#runs.values()]
    for (const { run } of runs) run.cancel()
    await Promise.all(runs.map(({ ended }) => ended))
    for (const feed of this.#feeds.values()) feed.close()
  }

  #feedOf(labId: string): Feed<ServiceStart | null> {
    const feed = this.#feeds.get(labId) ?? new Feed<ServiceStart | null>(null)
    this.#feeds.set(labId, feed)
    return feed
  }

  async #run(run: StartRun, lab: LabRecord, plan: StartPlan): Promise<void> {
    const { labSessions, log } = this.#options
    const labId = lab.id
    let hasBegun = false
    let tunnelId: string | null = null
    /** With a session for as long as one script runs; it stays open in between. */
    const on = async (script: string, signal: AbortSignal, stdin = ''): Promise<string> => {
      using held = await labSessions.use(labId, { signal })
      return await new RemoteShell(held.session).output(script, { signal, stdin })
    }
    /** Asks every second how it goes, and shows what is printed; an end before its time is a failure. */
    const follow = async ({
      script,
      until,
      timeoutMs,
      signal,
    }: Signalled & { script: string; until: string; timeoutMs: number }): Promise<void> => {
      const look = async (): Promise<true | undefined> => {
        const [state, ...lines] = (await on(script, signal)).trimEnd().split('\n').map(printable)
        run.tell({ log: lines.slice(-8) })
        if (state === 'ended') throw failed(lab, plan, lines.slice(-3).join(' · '))
        return state === until ? true : undefined
      }
      const onTimeout = () => failed(lab, plan, `no answer within ${timeoutMs / 1000} s`)
      await poll(look, { intervalMs: lookIntervalMs, signal, timeoutMs, onTimeout })
    }
    await run.run(
      {
        environment: async (signal) => {
          const wrong = await on(checkScript(plan), signal)
          if (/^python$/m.test(wrong)) throw failed(lab, plan, `${plan.python} is not there`)
          if (/^folder$/m.test(wrong)) throw folderMissing(lab, plan)
        },
        port: async (signal) => {
          if (/^port$/m.test(await on(checkScript(plan), signal))) throw taken(lab, plan)
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
          const { services } = this.#options
          await poll(
            async () =>
              (await services.find(labId, { kind: 'jupyter', port: plan.port }, { signal })) ?? undefined,
            {
              intervalMs: lookIntervalMs,
              signal,
              timeoutMs: answerTimeoutMs,
              onTimeout: () => failed(lab, plan, 'it listens, but does not answer'),
            },
          )
        },
        tunnel: async (signal) => {
          tunnelId = await this.#addTunnel(lab, plan, signal)
          run.tell({ tunnelId })
          await this.#options.tunnels.check({ tunnelId })
        },
      },
      async () => {
        const signal = AbortSignal.timeout(undoTimeoutMs)
        try {
          if (tunnelId !== null) await this.#options.tunnels.remove({ tunnelId })
          if (hasBegun) await on(stopScript(plan), signal)
          if (hasBegun && plan.install === 'venv') await on(removeNewEnvironmentScript, signal)
        } catch (error) {
          log.warn('what was started could not be taken back', { lab: labId, error })
        }
      },
    )
    this.#options.onChange(labId)
  }

  async #addTunnel(lab: LabRecord, { what, port }: StartPlan, signal: AbortSignal): Promise<string> {
    const { storage, tunnels } = this.#options
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

  #lab(labId: string): LabRecord {
    const lab = this.#options.storage.labs.get(labId)
    if (!lab) throw new AppError('not-found', 'This lab box is no longer in the list.', {})
    return lab
  }
}

async function choicesOf(
  session: SshSession,
  lab: LabRecord,
  what: Startable,
  { signal }: Signalled,
): Promise<StartChoices> {
  const text = session.isWindows ? '' : await new RemoteShell(session).output(choicesScript, { signal })
  const choices = parseChoices(text, what, lab.lastStarts?.[what] ?? null)
  if (choices) return choices
  const os = session.isWindows ? 'Windows' : 'another system than Linux'
  throw new AppError(
    'start-unsupported',
    `The app can start services on Linux only, and ${lab.name} runs ${os}.`,
    {
      lab: lab.name,
    },
  )
}

function failed(lab: LabRecord, { what }: StartPlan, said: string): AppError {
  const service = knownServices[what].name
  return new AppError('start-failed', `${service} did not start on ${lab.name}: ${said}`, {
    lab: lab.name,
    service,
    said,
  })
}

function folderMissing(lab: LabRecord, { folder }: StartPlan): AppError {
  return new AppError('start-folder-missing', `There is no folder ${folder} on ${lab.name}.`, {
    lab: lab.name,
    path: folder,
  })
}

function taken(lab: LabRecord, { port }: StartPlan): AppError {
  return new AppError('port-in-use', `Another program listens on port ${port} of ${lab.name}.`, {
    host: lab.name,
    port,
    free: port + 1,
  })
}

function printable(line: string): string {
  return line.replaceAll(/\p{C}+/gu, ' ').slice(0, 300)
}
