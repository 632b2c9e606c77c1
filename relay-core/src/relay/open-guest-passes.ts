import type { Log } from '../log/log.ts'
import { GuestPasses } from './guests/guest-passes.ts'
import type { State } from './open-state.ts'

/** Who may use one tunnel until a time. */
export interface OpenGuestPasses extends AsyncDisposable {
  readonly passes: GuestPasses
  /** Set by who saves what the relay counts. */
  onUse: () => void
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
  const opened: OpenGuestPasses = {
    onUse: () => undefined,
    passes: parts.adopt(
      new GuestPasses({
        store: store.passes,
        hasTunnel: (id) => store.tunnels.get(id) !== undefined,
        onUse: () => opened.onUse(),
        log,
        now,
      }),
      (passes) => passes.close(),
    ),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  }
  return opened
}
