import { z } from 'zod'
import { fact } from './facts.ts'
import { failure } from '../failures/failure.ts'
import { portReport } from '../servers/port-report-models.ts'
import { sshSecret } from '../machines/ssh-models.ts'
import { id, instantMs, port } from '../values.ts'

/** The steps of setting a server up, in their order. */
export const serverSetupSteps = [
  'connect',
  'identity',
  'system',
  'free-ports',
  'upload',
  'program-starts',
  'service',
  'config',
  'start',
  'bridge',
  'port-range',
] as const

export const stepIds = [
  ...serverSetupSteps,
  // a lab box
  'reach-relay',
  'online',
  // another program in its place
  'switch',
  // undoing
  'stop-service',
  'remove-service',
  'remove-files',
  'remove-firewall-rules',
  'remove-client',
] as const
export type StepId = (typeof stepIds)[number]

/** The steps of setting a lab box up, in their order. */
export const labSetupSteps = [
  'connect',
  'identity',
  'system',
  'reach-relay',
  'upload',
  'program-starts',
  'service',
  'start',
  'online',
] as const satisfies readonly StepId[]

export const step = z.object({
  id: z.enum(stepIds),
  state: z.enum(['waiting', 'running', 'done', 'failed', 'skipped']),
  startedAtMs: instantMs.nullable(),
  tookMs: z.number().nullable(),
  progress: z.object({ done: z.number(), total: z.number(), unit: z.enum(['bytes', 'ports']) }).nullable(),
  facts: z.array(fact),
  failure: failure.nullable(),
})
export type Step = z.infer<typeof step>

export const job = z.object({
  id,
  kind: z.enum([
    'server-setup',
    'server-update',
    'server-remove',
    'lab-setup',
    'lab-update',
    'lab-remove',
    'port-check',
  ]),
  serverId: id.nullable(),
  labId: id.nullable(),
  state: z.enum(['running', 'done', 'failed', 'cancelled']),
  steps: z.array(step),
  ports: portReport.nullable(),
  /** What is written where, so that the user sees it before and can take it back. */
  writes: z.array(z.string()),
})
export type Job = z.infer<typeof job>

/** What a person puts right before the failed step of a job runs again. */
export const corrections = z.object({
  sudoPassword: z.string().max(1024).optional(),
  secret: sshSecret.optional(),
  /** Of the key on the way to the machine that is locked. */
  passphrase: z.string().min(1).max(1024).optional(),
  withoutRoot: z.boolean().optional(),
  bridgePort: port.optional(),
})
export type Corrections = z.infer<typeof corrections>
