import type { GuestPass } from '../../api/guest-pass-models.ts'
import { RelayError } from '../../api/errors.ts'
import type { RelayTunnel } from '../../api/relay-tunnel-models.ts'
import { Signal } from '../../async/signals/signal.ts'
import type { Limits } from '../../api/limits.ts'
import type { Log } from '../../log/log.ts'
import { visitId } from '../../native/proofs.ts'
import { newVkey } from '../store/client-store.ts'
import type { PassRecord, PassStore, PassUse } from '../store/pass-store.ts'
import type { Guest } from '../tunnels/guest.ts'
import { checkNewPass, guestNetwork, maxPasses } from './pass-rules.ts'
import { UnremovedPasses } from './unremoved-passes.ts'
import { UsedPass } from './used-pass.ts'

export interface GuestPassesOptions {
  readonly store: PassStore
  /** Whether there still is a tunnel of that number. */
  readonly hasTunnel: (id: number) => boolean
  /** A pass is in use: what is known of it should be saved before long. */
  readonly onUse: () => void
  readonly log: Log
  readonly now: () => number
}

/** How long a revoked pass can be restored. */
const restorableMs = 60_000
/** The system's clock may be set forward at any time, of which timers learn nothing: a date is looked at again after this long. */
const lookAgainMs = 60_000

/** Who may use one tunnel until a time: by a secret that only the guest has, or from the guest's address. */
export class GuestPasses {
  readonly changed = new Signal()
  readonly #options: GuestPassesOptions
  readonly #passes = new Map<number, UsedPass>()
  readonly #byVisitId = new Map<string, UsedPass>()
  /** By tunnel, then by the guest's network. */
  readonly #byPlace = new Map<number, Map<string, UsedPass>>()
  readonly #unremoved: UnremovedPasses
  #timer: NodeJS.Timeout | undefined

  constructor(options: GuestPassesOptions) {
    this.#options = options
    this.#unremoved = new UnremovedPasses(options)
    for (const record of options.store.list()) this.#keep(record)
    this.review()
  }

  /** Those that are good, and those that can be restored; the newest last. */
  list(): GuestPass[] {
    return [...this.#passes.values()].map((pass) => pass.view())
  }

  /**
   * Rejects what would let nobody in, or anybody. Returns the secret of a line, which is not shown again.
   * @throws RelayError `invalid-input`, `already-exists` or `limit-reached`
   */
  add(
    wanted: { name: string; expiresAtMs: number; address?: string | undefined },
    place: { tunnel: RelayTunnel; clientLimits: Limits },
  ): { pass: GuestPass; secret: string | null } {
    const { store, log, now } = this.#options
    const tunnelId = place.tunnel.id
    const address = wanted.address === undefined ? null : guestNetwork(wanted.address)
    checkNewPass({ address, expiresAtMs: wanted.expiresAtMs }, place, now())
    const ofTunnel = [...this.#passes.values()].filter((pass) => pass.record.tunnelId === tunnelId)
    if (ofTunnel.length >= maxPasses.perTunnel) throw tooMany(maxPasses.perTunnel)
    if (this.#passes.size >= maxPasses.total) throw tooMany(maxPasses.total)
    if (address !== null && this.#byPlace.get(tunnelId)?.has(address)) {
      const message = `There is a pass for ${address} already. Revoke it first.`
      throw new RelayError('already-exists', message, { what: 'pass', address })
    }
    const secret = address === null ? newVkey() : null
    const { name, expiresAtMs } = wanted
    const pass = this.#keep(store.add({ tunnelId, name, secret, address, expiresAtMs }, now()))
    const until = new Date(expiresAtMs).toISOString()
    const from = address === null ? {} : { address }
    log.info('guest pass made', { pass: pass.record.id, name, tunnel: tunnelId, until, ...from })
    this.review()
    return { pass: pass.view(), secret }
  }

  /** Ends its connections at once, also when the state cannot be written, which is thrown then. Idempotent. */
  revoke(id: number): GuestPass {
    const pass = this.#pass(id)
    const { log, now } = this.#options
    if (pass.revokedAtMs === null) {
      pass.revokedAtMs = now()
      this.#forget(pass)
      pass.endAll(ended('was revoked'))
      log.info('guest pass revoked', { pass: id, name: pass.record.name, tunnel: pass.record.tunnelId })
    }
    try {
      this.#unremoved.removeNow(id)
    } finally {
      this.review()
    }
    return pass.view()
  }

  /** @throws RelayError `not-found` when it has been forgotten */
  restore(id: number): GuestPass {
    const pass = this.#pass(id)
    if (pass.revokedAtMs === null) return pass.view()
    const { address, tunnelId, name } = pass.record
    if (address !== null && this.#byPlace.get(tunnelId)?.has(address)) {
      throw new RelayError('already-exists', `There is a pass for ${address} already.`, {
        what: 'pass',
        address,
      })
    }
    this.#options.store.putBack(pass.record)
    this.#unremoved.keep(id)
    pass.revokedAtMs = null
    this.#find(pass)
    this.#options.log.info('guest pass restored', { pass: id, name, tunnel: tunnelId })
    this.review()
    return pass.view()
  }

  /** `id`: the 16 bytes of `visitId(secret)`. */
  ofLine(id: Uint8Array): { secret: string; tunnelId: number; guest: Guest } | undefined {
    const pass = this.#byVisitId.get(Buffer.from(id).toString('hex'))
    const secret = pass?.record.secret
    if (!pass || secret === undefined || secret === null || this.#isOver(pass)) return undefined
    return { secret, tunnelId: pass.record.tunnelId, guest: pass }
  }

  /** Who may come to a tunnel from an address. Asked for each visitor of each tunnel. */
  ofAddress(tunnelId: number, address: string): Guest | undefined {
    const places = this.#byPlace.get(tunnelId)
    if (!places) return undefined
    const pass = places.get(guestNetwork(address))
    return pass && !this.#isOver(pass) ? pass : undefined
  }

  /** What is not in the state file yet. */
  unsaved(): PassUse[] {
    return [...this.#passes.values()]
      .filter((pass) => pass.revokedAtMs === null)
      .flatMap((pass) => pass.unsaved())
  }

  saved(uses: readonly PassUse[]): void {
    for (const use of uses) this.#passes.get(use.id)?.saved()
  }

  close(): void {
    clearTimeout(this.#timer)
  }

  #keep(record: PassRecord): UsedPass {
    const { log, now, onUse } = this.#options
    const pass = new UsedPass(record, {
      log,
      now,
      onChange: () => {
        onUse()
        this.changed.emit()
      },
    })
    this.#passes.set(record.id, pass)
    this.#find(pass)
    return pass
  }

  /** Lets it be found by those who come. */
  #find(pass: UsedPass): void {
    const { secret, address, tunnelId } = pass.record
    if (secret !== null) this.#byVisitId.set(visitId(secret).toString('hex'), pass)
    if (address === null) return
    const places = this.#byPlace.get(tunnelId) ?? new Map<string, UsedPass>()
    this.#byPlace.set(tunnelId, places.set(address, pass))
  }

  #forget(pass: UsedPass): void {
    const { secret, address, tunnelId } = pass.record
    if (secret !== null) this.#byVisitId.delete(visitId(secret).toString('hex'))
    const places = this.#byPlace.get(tunnelId)
    if (address === null || !places) return
    if (places.get(address) === pass) places.delete(address)
    if (places.size === 0) this.#byPlace.delete(tunnelId)
  }

  #isOver({ record }: UsedPass): boolean {
    return record.expiresAtMs <= this.#options.now()
  }

  /** Ends what has expired, and forgets the passes of removed tunnels. */
  review(): void {
    const nowMs = this.#options.now()
    for (const [id, pass] of this.#passes) {
      const { tunnelId, name } = pass.record
      const isGone = this.#isTunnelGone(tunnelId)
      const isForgotten = pass.revokedAtMs !== null && pass.revokedAtMs + restorableMs <= nowMs
      if (!isGone && !isForgotten && !this.#isOver(pass)) continue
      this.#passes.delete(id)
      this.#forget(pass)
      pass.endAll(ended('has ended'))
      if (isGone || pass.revokedAtMs !== null) continue
      this.#unremoved.add(id)
      this.#options.log.info('guest pass ended', { pass: id, name, tunnel: tunnelId })
    }
    this.#unremoved.removeAll()
    this.#awaitNext()
    this.changed.emit()
  }

  /** Reviews are run by timers: a state that cannot be read now is read at the next one. */
  #isTunnelGone(id: number): boolean {
    try {
      return !this.#options.hasTunnel(id)
    } catch (error) {
      if (!(error instanceof RelayError)) throw error
      return false
    }
  }

  #awaitNext(): void {
    clearTimeout(this.#timer)
    const next = Math.min(
      ...[...this.#passes.values()].map(({ record, revokedAtMs }) =>
        revokedAtMs === null ? record.expiresAtMs : Math.min(record.expiresAtMs, revokedAtMs + restorableMs),
      ),
    )
    if (next === Infinity) return
    const look = (): void => (next <= this.#options.now() ? this.review() : this.#awaitNext())
    this.#timer = setTimeout(look, Math.min(Math.max(0, next - this.#options.now()), lookAgainMs))
    this.#timer.unref()
  }

  #pass(id: number): UsedPass {
    const pass = this.#passes.get(id)
    if (pass) return pass
    throw new RelayError('not-found', `There is no guest pass ${id}. "nps pass list" shows all.`, {
      what: 'pass',
      id,
    })
  }
}

function tooMany(limit: number): RelayError {
  return new RelayError(
    'limit-reached',
    `There are ${limit} guest passes, the most there can be. Revoke one.`,
    {
      limit,
    },
  )
}

function ended(what: string): RelayError {
  return new RelayError('expired', `The guest pass ${what}.`, { owner: 'guest pass' })
}
