import {
  directChoice,
  failure,
  id,
  machineRef,
  name,
  port,
  portReport,
  serverPlan,
  serverRelay,
  sshAddress,
  startable,
  terminalId,
  serviceKind,
  tunnelKind,
} from '@nps-desktop/electron/contract'
import { relayStatus } from '@nps-desktop/relay-core/api'
import { installKinds } from '@nps-desktop/relay-core/api'
import { z } from 'zod'
import type {
  LabRecord,
  LastStatus,
  PassingClientRecord,
  ServerRecord,
  SeenKind,
  TerminalRecord,
  TransferRecord,
  TunnelNote,
} from './records.ts'

/**
 * What lies in the file is parsed once, when it is read; after that it is trusted. Every row is parsed before it is written
 * too. Where the page is told of a field, its schema is that of the contract: a wider one here would end its feed.
 */
const installed = z.object({
  as: z.enum(['root', 'user']),
  service: z.enum(installKinds),
  programPath: z.string(),
  folder: z.string(),
  firewallRules: z.array(z.string()),
})

export const serverRecord: z.ZodType<ServerRecord> = z.object({
  id,
  name,
  address: sshAddress.nullable(),
  relay: serverRelay.nullable(),
  installed: installed.nullable(),
  ports: portReport.nullable(),
  plan: serverPlan.optional(),
  local: z.boolean(),
})

export const labRecord: z.ZodType<LabRecord> = z.object({
  id,
  serverId: id,
  name,
  address: sshAddress.nullable(),
  jump: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('none') }),
    z.object({ kind: z.literal('server'), serverId: id }),
    z.object({ kind: z.literal('other'), address: sshAddress }),
  ]),
  clientId: z.number().int().positive().nullable(),
  installed: installed.nullable(),
  // boxes of before it was kept have none
  agentKey: z.string().nullable().default(null),
  // boxes of before there was a choice were set up without one
  allowTarget: z.string().nullable().default(null),
  allowTargetThere: z.string().nullable().default(null),
  shares: z.array(z.string()).optional(),
  otherListByLine: z.boolean().optional(),
  looksForServices: z.boolean().optional(),
  lastStarts: z
    .partialRecord(startable, z.object({ environment: z.string(), folder: z.string() }))
    .optional(),
})

export const tunnelNote: z.ZodType<TunnelNote> = z.object({
  id,
  kind: tunnelKind,
  // notes of before there were such tunnels have none
  localPort: port.nullable().default(null),
  passwordMark: z.string().nullable().default(''),
  entrance: z.object({ secure: z.boolean(), path: z.string() }).nullable().default(null),
  wished: z.object({ labId: id, target: z.string() }).nullable().default(null),
  direct: directChoice.optional(),
  removal: z.object({ dueAtMs: z.number(), startOnUndo: z.boolean() }).nullable(),
})

export const seenKind: z.ZodType<SeenKind> = z.object({ id, target: z.string(), kind: serviceKind })

export const terminalRecord: z.ZodType<TerminalRecord> = z.union([
  z.object({ id: terminalId, machine: machineRef }),
  // rows of before there were terminals on servers
  z.object({ id: terminalId, labId: id }).transform((row) => ({
    id: row.id,
    machine: { kind: 'lab' as const, id: row.labId },
  })),
])

export const passingClientRecord: z.ZodType<PassingClientRecord> = z.object({ id, serverId: id })

const count = z.number().nonnegative()
export const transferRecord: z.ZodType<TransferRecord> = z.object({
  id,
  labId: id,
  direction: z.enum(['up', 'down']),
  name: z.string(),
  folder: z.string(),
  source: z.string().min(1),
  target: z.string().min(1),
  replace: z.boolean(),
  state: z.enum(['waiting', 'paused', 'failed']),
  failure: failure.nullable(),
  endedAtMs: z.number().nullable(),
  progress: z.object({
    doneBytes: count,
    totalBytes: count.nullable(),
    doneFiles: count.int(),
    totalFiles: count.int().nullable(),
  }),
  parts: z.array(z.string().min(1)),
})

export const lastStatus: z.ZodType<LastStatus> = z.object({ status: relayStatus, atMs: z.number() })
