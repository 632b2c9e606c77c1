import type { HostKeyPlace, HostKeyRecord, HostKeyStore } from '../../electron/backend/storage/records.ts'

/** Host keys in memory. */
export function memoryHostKeys(): HostKeyStore {
  const keyOf = ({ host, port, way }: HostKeyPlace): string => `${host}:${port} ${way}`
  const rows = new Map<string, HostKeyRecord>()
  return {
    list: () => [...rows.values()],
    get: (place) => rows.get(keyOf(place)),
    pin: (record) => void rows.set(keyOf(record), record),
    learn: (pinned, key) => void rows.set(keyOf(pinned), { ...pinned, key }),
    forget: (place) => void rows.delete(keyOf(place)),
  }
}
