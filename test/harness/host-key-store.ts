import type { HostKeyRecord, HostKeyStore } from '../../electron/backend/storage/records.ts'

/** Host keys in memory. */
export function memoryHostKeys(): HostKeyStore {
  const rows = new Map<string, HostKeyRecord>()
  return {
    list: () => [...rows.values()],
    get: (host, port) => rows.get(`${host}:${port}`),
    pin: (record) => void rows.set(`${record.host}:${record.port}`, record),
    forget: (host, port) => void rows.delete(`${host}:${port}`),
  }
}
