import type { HostKey, JumpHost } from '@nps-desktop/electron/contract'
import type { Log } from '@nps-desktop/relay-core/log'
import { AppError } from '../app-error.ts'
import type { HostKeyStore, Storage } from '../storage/records.ts'
import { inspectHostKey } from './inspect-host-key.ts'
import type { Machines } from './machines.ts'
import { openWay } from './open-session.ts'

interface Endpoint {
  readonly host: string
  readonly port: number
}

/** The handlers of `hostKeys`. */
export interface HostKeys {
  inspect(
    input: Endpoint & { jump?: JumpHost | undefined },
    options: { signal: AbortSignal },
  ): Promise<HostKey>
  confirm(input: Endpoint & { fingerprint: string }, options: { signal: AbortSignal }): Promise<void>
  list(): HostKey[]
  forget(input: Endpoint): void
}

export function createHostKeys({
  storage,
  machines,
  log,
}: {
  storage: Storage
  machines: Machines
  log: Log
}): HostKeys {
  /** What `inspect` saw in this run: `confirm` pins only a key that was shown. */
  const shown = new Map<string, { algorithm: string; fingerprint: string }>()
  const keyOf = ({ host, port }: Endpoint): string => `${host}:${port}`
  return {
    async inspect({ host, port, jump }, { signal }) {
      const pinned = storage.hostKeys.get(host, port)
      const through = await machines.jumpTarget(jump ?? { kind: 'none' })
      const address = { host, port, user: '' }
      const way = await openWay(
        { address, ...(through ? { jump: through } : {}) },
        { hostKeys: storage.hostKeys, signal },
      )
      try {
        const seen = await inspectHostKey(way.socket, address, { pinnedAlgorithm: pinned?.algorithm, signal })
        shown.delete(keyOf(address))
        shown.set(keyOf(address), seen)
        forgetOldest(shown, 200)
        const state =
          pinned === undefined ? 'new' : pinned.fingerprint === seen.fingerprint ? 'known' : 'changed'
        return { host, port, ...seen, state, pinned: pinned?.fingerprint ?? null }
      } finally {
        way.close()
      }
    },

    async confirm({ host, port, fingerprint }, { signal }) {
      let seen = shown.get(keyOf({ host, port }))
      // The app was restarted between showing and confirming, or a sign-in found the key changed: ask once more.
      if (seen?.fingerprint !== fingerprint) {
        await this.inspect({ host, port }, { signal })
        seen = shown.get(keyOf({ host, port }))
      }
      if (seen?.fingerprint !== fingerprint) {
        throw new AppError(
          'host-key-changed',
          `${host} shows ${seen?.fingerprint ?? 'no key'} now, not the confirmed ${fingerprint}. Nothing was pinned.`,
          { host, port, expected: fingerprint, ...(seen ? { actual: seen.fingerprint } : {}) },
          { fixes: [{ action: 'retry' }] },
        )
      }
      storage.hostKeys.pin({ host, port, ...seen, pinnedAtMs: Date.now() })
      log.info('host key pinned', { host, port, fingerprint })
    },

    list: () => storage.hostKeys.list().map(asKnown),

    forget: ({ host, port }) => {
      storage.hostKeys.forget(host, port)
      log.info('host key forgotten', { host, port })
    },
  }
}

function asKnown({ host, port, algorithm, fingerprint }: ReturnType<HostKeyStore['list']>[number]): HostKey {
  return { host, port, algorithm, fingerprint, state: 'known', pinned: fingerprint }
}

function forgetOldest(map: Map<string, unknown>, limit: number): void {
  for (const key of map.keys()) {
    if (map.size <= limit) return
    map.delete(key)
  }
}
