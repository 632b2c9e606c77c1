import { RelayError } from '../api/errors.ts'
import type { Log } from '../log/log.ts'
import { visitId } from '../native/proofs.ts'
import { KnownKey } from './known-key.ts'
import type { ServerNotes } from './server-notes.ts'

/**
 * The key of the agent behind a private tunnel: given by `-agent_fingerprint`, or pinned per server and tunnel. `check`
 * throws `agent-fingerprint-changed`.
 */
export function knownAgent({
  server,
  password,
  fingerprint: told,
  pinFile,
  onPinned,
  log,
}: {
  server: string
  password: string
  fingerprint: string | undefined
  pinFile: ServerNotes | undefined
  onPinned?: ((fingerprint: string) => void) | undefined
  log: Log
}): KnownKey {
  return new KnownKey({
    name: `${server} private ${visitId(password).toString('hex')}`,
    told,
    pinFile,
    flag: '-agent_fingerprint',
    changed: ({ expected, found, source }) =>
      new RelayError(
        'agent-fingerprint-changed',
        `The lab box behind ${server} proved the key ${found}, but ${expected} is the one ${source}. The server, or someone on it, may be in between. If npc was set up from scratch there, compare with "npc status" on the lab box.`,
        { server, expected, actual: found },
      ),
    onPinned: (fingerprint) => {
      log.info('lab box pinned: another key will be refused from now on. "npc status" there shows it', {
        server,
        fingerprint,
        file: pinFile?.path,
      })
      onPinned?.(fingerprint)
    },
  })
}
