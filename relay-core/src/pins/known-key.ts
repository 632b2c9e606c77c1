import type { RelayError } from '../api/errors.ts'
import { isSameFingerprint } from '../net/tls/fingerprint.ts'
import type { ServerNotes } from './server-notes.ts'

export interface KnownKeyOptions {
  /** The name under which the pin is kept. */
  readonly name: string
  /** The only acceptable key, where it was given. */
  readonly told: string | undefined
  readonly pinFile: ServerNotes | undefined
  /** The failure to throw. `source`: where the known key is from. */
  readonly changed: (keys: { expected: string; found: string; source: string }) => RelayError
  /** How a key is given, as in `-fingerprint`. */
  readonly flag: string
  readonly onPinned: (fingerprint: string) => void
}

/** Knows which key a peer must prove: the one that was given, else the first one seen. */
export class KnownKey {
  readonly #options: KnownKeyOptions
  #seen: string | undefined

  constructor(options: KnownKeyOptions) {
    this.#options = options
  }

  /** Reads the pin, if there is one. Rejects when there is one that cannot be read. */
  async load(): Promise<void> {
    const { name, told, pinFile } = this.#options
    if (told === undefined) this.#seen ??= await pinFile?.get(name)
  }

  /** Whether a key is known already, so that the peer has to prove it. Call `load` first. */
  get isPinned(): boolean {
    return this.#options.told !== undefined || this.#seen !== undefined
  }

  /** Throws when `fingerprint` is not the one that is known; does not throw when none is. */
  check(fingerprint: string): void {
    const { told, pinFile, flag, changed } = this.#options
    const expected = told ?? this.#seen
    if (expected === undefined || isSameFingerprint(expected, fingerprint)) return
    const seen = `that was first seen (${pinFile?.path ?? 'in memory'})`
    throw changed({ expected, found: fingerprint, source: told === undefined ? seen : `given by ${flag}` })
  }

  /** The peer has proved more than its key: from now on only this key is accepted. Rejects when the pin cannot be written. */
  async remember(fingerprint: string): Promise<void> {
    if (this.isPinned) return
    const { name, pinFile, onPinned } = this.#options
    this.#seen = fingerprint
    onPinned(fingerprint)
    await pinFile?.set(name, fingerprint)
  }
}
