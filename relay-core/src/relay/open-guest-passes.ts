import { Signal } from '../async/signals/signal.ts'
import type { Log } from '../log/log.ts'
import { GuestPasses } from './guests/guest-passes.ts'
import type { State } from './open-state.ts'

/** Who may use one tunnel until a time. */
export interface OpenGuestPasses extends AsyncDisposable {
  readonly passes: GuestPasses
  /** Something has changed that is to be saved. */
  readonly used: Signal
}

export function openGuestPasses({
  state: { store },
  log,
  now,
}: {
  state: State
  log: Log
  now: () => number
}): OpenGuestPasses {
  const parts = new AsyncDisposableStack()
  const used = new Signal()
  const passes = parts.adopt(
    new GuestPasses({
      store: store.passes,
      hasTunnel: (id) => store.tunnels.get(id) !== undefined,
      onUse: () => used.emit(),
      log,
      now,
    }),
    (part) => part.close(),
  )
  return { passes, used, [Symbol.asyncDispose]: () => parts.disposeAsync() }
}
