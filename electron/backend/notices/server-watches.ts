import type { AlertWish, LabAlert, ToldClosed } from '@nps-desktop/electron/contract'
import { printable, RelayError, watchWish, type WatchWish } from '@nps-desktop/relay-core/api'
import type { Log } from '@nps-desktop/relay-core/log'
import { isUnknownCall } from '../failures/is-unknown-call.ts'
import type { Relays } from '../relays/relays.ts'
import type { Storage } from '../storage/records.ts'

const timeoutMs = 30_000

type Asked = Pick<LabAlert, 'labId' | 'wish'>

/** Has the server tell by its webhook what was asked for, for when this app does not run. */
export class ServerWatches {
  readonly #labs: Pick<Storage['labs'], 'get'>
  readonly #relays: Pick<Relays, 'reach'>
  readonly #log: Log

  constructor(options: {
    storage: { readonly labs: Pick<Storage['labs'], 'get'> }
    relays: Pick<Relays, 'reach'>
    log: Log
  }) {
    this.#labs = options.storage.labs
    this.#relays = options.relays
    this.#log = options.log
  }

  /** Whether the server will tell it; null for what only this app can see. Never rejects. */
  async add({ labId, wish }: Asked): Promise<ToldClosed | null> {
    const asked = askedOf(wish)
    const lab = this.#labs.get(labId)
    if (!asked || !lab || lab.clientId === null) return null
    const signal = AbortSignal.timeout(timeoutMs)
    try {
      const api = await this.#relays.reach(lab.serverId, { signal })
      const { webhook } = await api.webhook.get({}, { signal })
      if (!webhook) return 'no-webhook'
      await api.watches.add({ clientId: lab.clientId, wish: asked }, { signal })
      return 'yes'
    } catch (error) {
      this.#log.info('the server does not tell an alert', { lab: labId, error })
      return whyNot(error)
    }
  }

  /** Rejects never: what stays there is told once, or forgotten after a month. */
  async remove({ labId, wish }: Asked): Promise<void> {
    const asked = askedOf(wish)
    const lab = this.#labs.get(labId)
    if (!asked || !lab) return
    const signal = AbortSignal.timeout(timeoutMs)
    try {
      const api = await this.#relays.reach(lab.serverId, { signal })
      const text = JSON.stringify(asked)
      for (const watch of await api.watches.list({}, { signal }))
        if (watch.clientId === lab.clientId && JSON.stringify(watch.wish) === text)
          await api.watches.remove({ id: watch.id }, { signal })
    } catch (error) {
      this.#log.info('an alert stays with the server', { lab: labId, error })
    }
  }
}

/** As the server is asked; null for what only this app can see. A process may have any name, also one that a message must not hold. */
function askedOf(wish: AlertWish): WatchWish | null {
  const named = wish.kind === 'process-ends' ? { ...wish, name: printable(wish.name).trim() || '?' } : wish
  return watchWish.safeParse(named).data ?? null
}

function whyNot(error: unknown): ToldClosed {
  if (isUnknownCall(error)) return 'nps-old'
  if (!(error instanceof RelayError)) return 'unreachable'
  if (error.code === 'mode-unsupported') return 'npc-old'
  if (error.code === 'target-denied') return 'npc-off'
  return error.code === 'target-missing' ? 'not-seen' : 'unreachable'
}
