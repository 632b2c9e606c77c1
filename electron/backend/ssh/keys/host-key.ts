import { createHash } from 'node:crypto'

/** A host key as it came over the wire (RFC 4253 §6.6: a string with the algorithm, then its numbers). */
export interface SeenHostKey {
  readonly algorithm: string
  /** See `fingerprintOf`. */
  readonly fingerprint: string
  /** The whole key in base64, as a line of known_hosts has it. */
  readonly key: string
}

export function describeHostKey(blob: Buffer): SeenHostKey {
  const length = blob.readUInt32BE(0)
  return {
    algorithm: blob.subarray(4, 4 + length).toString('latin1'),
    fingerprint: fingerprintOf(blob),
    key: blob.toString('base64'),
  }
}

/** `SHA256:…` without padding, as OpenSSH prints it. */
export function fingerprintOf(blob: Buffer): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replaceAll('=', '')}`
}

/** Best first; what OpenSSH offers by default today, and ssh-rsa (SHA-1) for machines from before 2016. */
const preferred = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
  'ssh-rsa',
] as const
export type HostKeyAlgorithm = (typeof preferred)[number]

/**
 * Which host keys to ask for. A machine has several; once one is pinned, that kind is asked for first, so that a
 * key added on the machine is not taken for a changed one.
 */
export function hostKeyAlgorithms(pinned: string | undefined): HostKeyAlgorithm[] {
  if (pinned === undefined) return [...preferred]
  const kind = (name: string): string => (name.startsWith('rsa-sha2-') ? 'ssh-rsa' : name)
  return [
    ...preferred.filter((name) => kind(name) === pinned),
    ...preferred.filter((name) => kind(name) !== pinned),
  ]
}
