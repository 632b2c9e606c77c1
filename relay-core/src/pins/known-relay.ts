import { RelayError } from '../api/errors.ts'
import type { Log } from '../log/log.ts'
import { KnownKey } from './known-key.ts'
import type { ServerNotes } from './server-notes.ts'

/** The key of a relay: given by `-fingerprint`, or pinned per `host:port`. `check` throws `fingerprint-changed`. */
export function knownRelay({
  server,
  fingerprint: told,
  pinFile,
  log,
}: {
  server: string
  fingerprint: string | undefined
  pinFile: ServerNotes | undefined
  log: Log
}): KnownKey {
  return new KnownKey({
    name: server,
    told,
    pinFile,
    flag: '-fingerprint',
    changed: ({ expected, found, source }) =>
      new RelayError(
        'fingerprint-changed',
        `The relay at ${server} proved the key ${found}, but ${expected} is the one ${source}. Someone may be in between. If the relay was set up from scratch, copy the command of the client again.`,
        { server, expected, actual: found },
      ),
    onPinned: (fingerprint) =>
      log.info('relay pinned: another key will be refused from now on', {
        server,
        fingerprint,
        file: pinFile?.path,
      }),
  })
}
