import type { GuestPass } from '../../api/guest-pass-models.ts'
import type { RelayError } from '../../api/errors.ts'
import type { Log } from '../../log/log.ts'
import type { PassRecord, PassUse } from '../store/pass-store.ts'
import type { Guest } from '../tunnels/guest.ts'
import type { TunnelConnection } from '../tunnels/tunnel-connection.ts'

/** One guest pass and the connections that came with it. */
export class UsedPass implements Guest {
  revokedAtMs: number | null = null
  #record: PassRecord
  readonly #connections = new Set<TunnelConnection>()
  readonly #log: Log
  readonly #now: () => number
  readonly #onChange: () => void
  #isUnsaved = false

  constructor(record: PassRecord, options: { log: Log; now: () => number; onChange: () => void }) {
    this.#record = record
    this.#log = options.log
    this.#now = options.now
    this.#onChange = options.onChange
  }

  get record(): PassRecord {
    return this.#record
  }

  /** The log has a line when the guest comes and when the guest has gone, not for each of a browser's connections. */
  entered(connection: TunnelConnection): void {
    const isFirst = this.#connections.size === 0
    this.#connections.add(connection)
    const { address } = connection
    const nowMs = this.#now()
    const isNews = isFirst || this.#record.lastAddress !== address
    this.#record = {
      ...this.#record,
      firstUsedAtMs: this.#record.firstUsedAtMs ?? nowMs,
      lastUsedAtMs: nowMs,
      lastAddress: address,
    }
    this.#isUnsaved = true
    if (!isNews) return
    this.#log.info('guest came', { ...this.#names, visitor: connection.visitor })
    this.#onChange()
  }

  left(connection: TunnelConnection): void {
    if (!this.#connections.delete(connection)) return
    const bytes = bytesOf(connection)
    this.#record = { ...this.#record, bytes: this.#record.bytes + bytes, lastUsedAtMs: this.#now() }
    this.#isUnsaved = true
    if (this.#connections.size > 0) return
    this.#log.info('guest left', { ...this.#names, bytes: this.#record.bytes })
    this.#onChange()
  }

  endAll(reason: RelayError): void {
    for (const connection of this.#connections) connection.end(reason)
  }

  view(): GuestPass {
    const { secret: _, ...told } = this.#record
    return {
      ...told,
      way: told.address === null ? 'line' : 'address',
      bytes: this.#bytes,
      connections: this.#connections.size,
      revokedAtMs: this.revokedAtMs,
    }
  }

  /** Also of connections that are still open. */
  unsaved(): PassUse[] {
    return this.#isUnsaved ? [{ ...this.#record, bytes: this.#bytes }] : []
  }

  /** What `unsaved` has just told is in the state file. */
  saved(): void {
    this.#isUnsaved = this.#connections.size > 0
  }

  get #bytes(): number {
    return [...this.#connections].reduce((sum, one) => sum + bytesOf(one), this.#record.bytes)
  }

  get #names(): { pass: number; name: string; tunnel: number } {
    const { id, name, tunnelId } = this.#record
    return { pass: id, name, tunnel: tunnelId }
  }
}

function bytesOf({ row }: TunnelConnection): number {
  return row.downBytes + row.upBytes
}
