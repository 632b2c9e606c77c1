import type { Relays } from '../relays/relays.ts'

type Signal = { readonly signal: AbortSignal }
type ServerRef = { readonly serverId: string }

/** The calls of `servers` that the relay itself answers. */
export function relayCalls(relays: Relays) {
  return {
    tryNow: ({ serverId }: ServerRef, { signal }: Signal) => relays.tryNow(serverId, { signal }),
    config: {
      get: async ({ serverId }: ServerRef, { signal }: Signal) => {
        const api = await relays.reach(serverId, { signal })
        return await api.config.get({}, { signal })
      },
      save: async (
        { serverId, text, revision }: ServerRef & { text: string; revision: string },
        { signal }: Signal,
      ) => {
        const api = await relays.reach(serverId, { signal })
        return await api.config.save({ text, revision }, { signal })
      },
    },
    log: async ({ serverId }: ServerRef, { signal }: Signal) => {
      const api = await relays.reach(serverId, { signal })
      return await api.log.tail({}, { signal })
    },
  }
}
