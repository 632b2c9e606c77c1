import type { Relays } from '../relays/relays.ts'

type Signal = { readonly signal: AbortSignal }
type ServerRef = { readonly serverId: string }

/** The calls of `servers` that the relay itself answers. */
export function relayCalls(relays: Relays) {
  return {
    tryNow: ({ serverId }: ServerRef, { signal }: Signal) => relays.tryNow(serverId, { signal }),
    config: {
      get: ({ serverId }: ServerRef, { signal }: Signal) => relays.api(serverId).config.get({}, { signal }),
      save: (
        { serverId, text, revision }: ServerRef & { text: string; revision: string },
        { signal }: Signal,
      ) => relays.api(serverId).config.save({ text, revision }, { signal }),
    },
    log: ({ serverId }: ServerRef, { signal }: Signal) => relays.api(serverId).log.tail({}, { signal }),
  }
}
