import type { NewWebhook, WebhookAnswer, WebhookView } from '@nps-desktop/relay-core/api'
import { isUnknownCall } from '../failures/is-unknown-call.ts'
import type { Relays } from '../relays/relays.ts'

type Signal = { readonly signal: AbortSignal }
type ServerRef = { readonly serverId: string }

/** The calls of `webhook`, which the relay answers. */
export function webhookCalls(relays: Relays) {
  return {
    read: async (
      { serverId }: ServerRef,
      { signal }: Signal,
    ): Promise<{ supported: boolean; webhook: WebhookView | null }> => {
      try {
        const { webhook } = await relays.api(serverId).webhook.get({}, { signal })
        return { supported: true, webhook }
      } catch (error) {
        if (!isUnknownCall(error)) throw error
        return { supported: false, webhook: null }
      }
    },
    set: async (
      { serverId, ...wanted }: ServerRef & NewWebhook,
      { signal }: Signal,
    ): Promise<WebhookView> => {
      const api = await relays.reach(serverId, { signal })
      return await api.webhook.set(wanted, { signal })
    },
    remove: async ({ serverId }: ServerRef, { signal }: Signal): Promise<Record<string, never>> => {
      const api = await relays.reach(serverId, { signal })
      await api.webhook.remove({}, { signal })
      return {}
    },
    test: async ({ serverId }: ServerRef, { signal }: Signal): Promise<WebhookAnswer> => {
      const api = await relays.reach(serverId, { signal })
      return await api.webhook.test({}, { signal })
    },
  }
}
