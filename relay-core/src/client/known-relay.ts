import { RelayError } from '../api/errors.ts'
import type { Log } from '../log.ts'
import { isSameFingerprint } from '../transport/fingerprint.ts'
import type { ServerNotes } from './server-notes.ts'

/** Knows which key a relay must prove: the one it was told, else the one it has seen first. */
export class KnownRelay {
  readonly #server: string
  readonly #told: string | undefined
  readonly #pinFile: ServerNotes | undefined
  readonly #log: Log
  #seen: string | undefined

  constructor({
    server,
    fingerprint,
    pinFile,
    log,
  }: {
    server: string
    fingerprint: string | undefined
    pinFile: ServerNotes | undefined
    log: Log
  }) {
    this.#server = server
    this.#told = fingerprint
    this.#pinFile = pinFile
    this.#log = log
  }

  /** Reads the pin, if there is one. Rejects when there is one that cannot be read. */
  async load(): Promise<void> {
    if (this.#told === undefined) this.#seen ??= await this.#pinFile?.get(this.#server)
  }

  /** Whether one key is known already, so that nothing but the proof of it will do. Call `load` first. */
  get isPinned(): boolean {
    return this.#told !== undefined || this.#seen !== undefined
  }

  /** Throws `fingerprint-changed` when `fingerprint` is not the one that is known; does not throw when none is. */
  check(fingerprint: string): void {
    const known = this.#told ?? this.#seen
    if (known === undefined || isSameFingerprint(known, fingerprint)) return
    throw new RelayError(
      'fingerprint-changed',
      `The relay at ${this.#server} proved the key ${fingerprint}, but ${known} is the one ${
        this.#told === undefined
          ? `that was first seen (${this.#pinFile?.path ?? 'in memory'})`
          : 'given by -fingerprint'
      }. Somebody may stand in between. If the relay was set up anew, copy the command of the client again.`,
      { server: this.#server, expected: known, found: fingerprint },
    )
  }

  /** The relay has proved that it knows the vkey too: from now on only this key will do. */
  async remember(fingerprint: string): Promise<void> {
    if (this.#told !== undefined || this.#seen !== undefined) return
    this.#seen = fingerprint
    this.#log.info('relay pinned: another key will be refused from now on', {
      server: this.#server,
      fingerprint,
      file: this.#pinFile?.path,
    })
    await this.#pinFile?.set(this.#server, fingerprint)
  }
}
