import { desktopContract } from '@nps-desktop/electron/contract'
import type { WebhookAnswer, WebhookView } from '@nps-desktop/relay-core/api'
import { implement } from '@orpc/server'
import type { World } from '../worlds/world.ts'

const os = implement(desktopContract)

/** A webhook of every server, which answers as Feishu does: it takes messages, unless they had to be signed and are not. */
export function webhookOfWorld(world: World) {
  const view = (): WebhookView | null => world.webhook ?? null
  const answer = (hasSecret: boolean): WebhookAnswer =>
    hasSecret
      ? { state: 'taken', atMs: Date.now(), status: 200, said: 'success' }
      : { state: 'refused', atMs: Date.now(), status: 200, said: '19021 sign match fail' }
  return {
    read: os.webhook.read.handler(async () => ({ supported: true, webhook: view() })),
    set: os.webhook.set.handler(async ({ input: { kind, url, secret, language } }) => {
      const { origin } = new URL(url)
      const counts = { setAtMs: Date.now(), waiting: 0, lost: 0, last: null }
      const made = { kind, language, origin, hasSecret: secret !== undefined, ...counts }
      world.webhook = made
      return made
    }),
    remove: os.webhook.remove.handler(async () => {
      world.webhook = null
      return {}
    }),
    test: os.webhook.test.handler(async () => {
      const last = answer(view()?.hasSecret ?? false)
      world.webhook = world.webhook ? { ...world.webhook, last } : null
      return last
    }),
  }
}
