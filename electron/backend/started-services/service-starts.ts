import type { ServiceStart, Startable, StartChoices } from '@nps-desktop/electron/contract'
import { type Clock, Feed } from '@nps-desktop/relay-core/async'
import { AppError } from '../failures/app-error.ts'
import { askLab } from '../lab-sessions/ask-lab.ts'
import { RemoteShell } from '../ssh/shell/remote-shell.ts'
import type { SshSession } from '../ssh/ssh-session.ts'
import type { LabRecord } from '../storage/records.ts'
import { storedLab } from '../storage/stored-machine.ts'
import { choicesScript } from './choices-script.ts'
import { parseChoices } from './start-choices.ts'
import { startFailed } from './start-failures.ts'
import { StartRun } from './start-run.ts'
import { type StartPlan, stopScript } from './start-scripts.ts'
import { type StartMeans, startSteps } from './start-steps.ts'

export interface ServiceStartsOptions extends StartMeans {
  /** What runs on the lab box has changed. */
  readonly onChange: (labId: string) => void
  readonly clock: Clock
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
    const { storage, labSessions } = this.#options
    const lab = storedLab(storage, labId)
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
    const { storage, clock } = this.#options
    const lab = storedLab(storage, labId)
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
      throw startFailed(lab, plan, `${environment} has no such program`)
    const { name } = chosen
    const leaveOut = [
      ...(wish.tunnel ? [] : ['tunnel' as const]),
      ...(plan.install === null ? ['install' as const] : []),
    ]
    const run = new StartRun(
      { what, port, folder, keptBy, environment: name, restarts: plan.restarts },
      { leaveOut, feed: this.#feedOf(labId), clock },
    )
    const known = storedLab(storage, labId)
    storage.labs.put({ ...known, lastStarts: { ...known.lastStarts, [what]: { environment, folder } } })
    this.#runs.set(labId, { run, ended: this.#run(run, { lab: known, plan }) })
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

  async #run(run: StartRun, what: { lab: LabRecord; plan: StartPlan }): Promise<void> {
    const { steps, undo } = startSteps(run, what, this.#options)
    await run.run(steps, undo)
    this.#options.onChange(what.lab.id)
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
