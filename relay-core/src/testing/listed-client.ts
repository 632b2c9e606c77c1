import type { Client } from '../api/client-models.ts'

/** A lab box that has gone away, as its relay tells it, without settings and limits. */
export const listedClient: Client = {
  id: 1,
  name: 'lab',
  vkey: 'a-key-for-tests-0123456789',
  enabled: true,
  settings: {},
  limits: {},
  createdAtMs: 1,
  agent: { state: 'offline', sinceMs: 1, why: 'stopped' },
  tunnelCount: 1,
  isTemporary: false,
  connections: 0,
  downBytes: 0,
  upBytes: 0,
}
