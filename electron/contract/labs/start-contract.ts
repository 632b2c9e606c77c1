import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { base, labRef, nothing } from '../desktop-call.ts'
import { failure } from '../failures/failure.ts'
import { id, instantMs, port } from '../values.ts'

/** On a lab box; one line. */
const path = z
  .string()
  .trim()
  .min(1)
  .max(500)
  .regex(/^[^\p{C}]+$/u)

/** What the app can start on a lab box. */
export const startable = z.enum(['jupyter', 'tensorboard'])
export type Startable = z.infer<typeof startable>

/** A Python with the packages that matter here. */
export const pythonEnvironment = z.object({
  /** Of its Python, on the lab box. */
  path: z.string().max(500),
  /** `new`: a virtual environment that is made first. */
  kind: z.enum(['conda', 'venv', 'uv', 'system', 'new']),
  name: z.string().max(120),
  /** `3.10` */
  version: z.string().max(20),
  /** The program that is to be started, `JupyterLab 4.2.1`; null where it is not installed. */
  program: z.string().max(60).nullable(),
  /** How the program gets there first, and about how much it takes on the disk; null: it is there, or it cannot be. */
  installs: z.object({ by: z.enum(['pip', 'uv', 'venv']), bytes: z.number().int() }).nullable(),
  /** `2.4.0`; null without torch. */
  torch: z.string().max(40).nullable(),
})
export type PythonEnvironment = z.infer<typeof pythonEnvironment>

/**
 * What keeps it running after the logout: a user service of systemd, a tmux session, or a process of its own session
 * (setsid). The best that the account has.
 */
export const keptBy = z.enum(['systemd-user', 'tmux', 'setsid'])
export type KeptBy = z.infer<typeof keptBy>

/** What the form offers. */
export const startChoices = z.object({
  user: z.string().max(64),
  /** Those with the program first, the last used one before all. */
  environments: z.array(pythonEnvironment).max(50),
  /** Suggested folders, or log directories, the best first; `~` stands for the home folder. */
  folders: z.array(z.string().max(500)).min(1).max(50),
  /** The first free one. */
  port,
  /** Until the lab box restarts. */
  keptBy,
  /** A user service of this account runs without a login (lingering): it can start again after a restart too. */
  canRestart: z.boolean(),
})
export type StartChoices = z.infer<typeof startChoices>

export const startStepIds = ['environment', 'port', 'install', 'start', 'answer', 'tunnel'] as const
export type StartStepId = (typeof startStepIds)[number]

/** One start, from the click to its tunnel. */
export const serviceStart = z.object({
  what: startable,
  port,
  environment: z.string().max(120),
  folder: z.string().max(500),
  keptBy,
  restarts: z.boolean(),
  state: z.enum(['running', 'done', 'failed', 'cancelled']),
  steps: z.array(
    z.object({
      id: z.enum(startStepIds),
      state: z.enum(['waiting', 'running', 'done', 'failed']),
      startedAtMs: instantMs.nullable(),
      tookMs: z.number().nullable(),
    }),
  ),
  /** The last lines that the program has printed. */
  log: z.array(z.string().max(300)).max(8),
  /** Once there is one. */
  tunnelId: id.nullable(),
  failure: failure.nullable(),
})
export type ServiceStart = z.infer<typeof serviceStart>

/** Starting Jupyter and TensorBoard on a lab box, so that they outlive the logout, and stopping them again. */
export const startContract = {
  choices: base.input(labRef.extend({ what: startable })).output(startChoices),
  /** Begins; `watch` tells how it goes on, also when the page that asked is gone. Rejects with `busy` beside another one. */
  start: base
    .input(
      labRef.extend({
        what: startable,
        environment: path,
        folder: path,
        port,
        restarts: z.boolean(),
        tunnel: z.boolean(),
      }),
    )
    .output(nothing),
  /** The newest start on this lab box; null before the first. */
  watch: base.input(labRef).output(eventIterator(serviceStart.nullable())),
  /** Ends the start under way and takes back what it did. */
  cancel: base.input(labRef).output(nothing),
  /** Stops what the app has started on this port, also for the next restart. */
  stop: base.input(labRef.extend({ port })).output(nothing),
}
