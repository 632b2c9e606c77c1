import { type Clock, systemClock } from '@nps-desktop/relay-core/async'
import type { HostKey, JumpHost } from '@nps-desktop/electron/contract'
import type { Log } from '@nps-desktop/relay-core/log'
import { AppError } from '../../failures/app-error.ts'
import type { HostKeyPlace, HostKeyRecord, Storage } from '../../storage/records.ts'
import type { SeenHostKey } from '../keys/host-key.ts'
import type { AskPerson } from '../ask-person.ts'
import { inspectHostKey } from './inspect-host-key.ts'
import { sshKnows } from '../keys/known-hosts.ts'
import type { Machines } from '../machines.ts'
import { openWay } from '../open-session.ts'
import { jumpAddress, wayThrough } from '../way.ts'

interface SshEndpoint {
  readonly host: string
  readonly port: number
  readonly jump: JumpHost
}

/** The handlers of `hostKeys`. */
export interface HostKeys {
  inspect(input: SshEndpoint, options: { signal: AbortSignal }): Promise<HostKey>
  confirm(input: SshEndpoint & { fingerprint: string }, options: { signal: AbortSignal }): Promise<void>
  list(): HostKey[]
  forget(input: HostKeyPlace): void
}

export function createHostKeys({
  storage,
  machines,
  ask,
  log,
  clock = systemClock,
}: {
  storage: Storage
  machines: Machines
  /** Of a jump host that has to be signed in to. */
  ask?: AskPerson
  log: Log
  clock?: Clock
}): HostKeys {
  /** What `inspect` saw in this run: `confirm` pins only a key that was shown. */
  const shown = new Map<string, SeenHostKey>()
  const keyOf = ({ host, port, way }: HostKeyPlace): string => `${host}:${port} ${way}`

  const look = async (
    { host, port, jump }: SshEndpoint,
    { signal }: { signal: AbortSignal },
  ): Promise<{ place: HostKeyPlace; seen: SeenHostKey }> => {
    const through = await machines.jumpTarget(jump)
    const place = { host, port, way: wayThrough(through?.address) }
    const address = { host, port, user: '' }
    const way = await openWay(
      { address, ...(through ? { jump: through } : {}) },
      { hostKeys: storage.hostKeys, ask, signal },
    )
    try {
      const pinnedAlgorithm = storage.hostKeys.get(place)?.algorithm
      const seen = await inspectHostKey(way.socket, address, { pinnedAlgorithm, signal })
      shown.delete(keyOf(place))
      shown.set(keyOf(place), seen)
      forgetOldest(shown, 200)
      return { place, seen }
    } finally {
      way.close()
    }
  }

  return {
    async inspect(input, options) {
      const { place, seen } = await look(input, options)
      const pinned = storage.hostKeys.get(place)
      const state =
        pinned === undefined ? 'new' : pinned.fingerprint === seen.fingerprint ? 'known' : 'changed'
      // behind a jump host the same name may be another machine
      const sshKnowsIt = place.way === '' && (await sshKnows({ ...place, fingerprint: seen.fingerprint }))
      return { ...place, ...seen, state, pinned: pinned?.fingerprint ?? null, sshKnows: sshKnowsIt }
    },

    async confirm(input, options) {
      const { host, port, jump, fingerprint } = input
      let place: HostKeyPlace = { host, port, way: wayThrough(jumpAddress(storage, jump)) }
      let seen = shown.get(keyOf(place))
      // The app was restarted between showing and confirming, or a sign-in found the key changed: ask once more.
      if (seen?.fingerprint !== fingerprint) ({ place, seen } = await look(input, options))
      if (seen.fingerprint !== fingerprint) {
        throw new AppError(
          'host-key-changed',
          `${host} shows ${seen.fingerprint} now, not the confirmed ${fingerprint}. Nothing was pinned.`,
          { host, port, expected: fingerprint, actual: seen.fingerprint },
          { fixes: [{ action: 'retry' }] },
        )
      }
      storage.hostKeys.pin({ ...place, ...seen, pinnedAtMs: clock.now() })
      log.info('host key pinned', { ...place, fingerprint })
    },

    list: () => storage.hostKeys.list().map(asKnown),

    forget: ({ host, port, way }) => {
      storage.hostKeys.forget({ host, port, way })
      log.info('host key forgotten', { host, port, way })
    },
  }
}

function asKnown({ host, port, way, algorithm, fingerprint }: HostKeyRecord): HostKey {
  return { host, port, way, algorithm, fingerprint, state: 'known', pinned: fingerprint, sshKnows: false }
}

function forgetOldest(map: Map<string, unknown>, limit: number): void {
  for (const key of map.keys()) {
    if (map.size <= limit) return
    map.delete(key)
  }
}
