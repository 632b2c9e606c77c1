import type { LabRecord, ServerRecord } from '../backend/storage/records.ts'

/** A server of which the app has nothing but the name, with what a test has otherwise. */
export const serverRecord = (part: Partial<ServerRecord> = {}): ServerRecord => ({
  id: 's1',
  name: 'cloud',
  address: null,
  relay: null,
  installed: null,
  ports: null,
  local: false,
  ...part,
})

/** A lab box of that server, added by a pasted line, with what a test has otherwise. */
export const labRecord = (part: Partial<LabRecord> = {}): LabRecord => ({
  id: 'l1',
  serverId: 's1',
  name: 'a100',
  address: null,
  jump: { kind: 'none' },
  clientId: 3,
  installed: null,
  agentKey: null,
  allowTarget: null,
  allowTargetThere: null,
  ...part,
})

/** What setting up npc from cron wrote on a lab box. */
export const installedByCron: NonNullable<LabRecord['installed']> = {
  as: 'user',
  service: 'cron',
  programPath: '/home/alice/npc',
  folder: '/home/alice/.nps',
  firewallRules: [],
}
