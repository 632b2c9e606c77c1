import type { Failure } from '@nps-desktop/electron/contract'
import { shallowRef } from 'vue'
import type { Ref } from 'vue'
import { failureOf } from './failure-of-call.ts'

/** Calls that switches and tabs start: unlike those of a button, none may be dropped because another is under way. */
export interface Choices<Args extends unknown[]> {
  /** Why the last one failed; null after a good one. */
  readonly failure: Ref<Failure | null>
  /** Those that are not saved yet, the latest last: what was chosen is shown at once. */
  readonly waiting: Readonly<Ref<readonly Args[]>>
  /** Runs them one after the other in the order of the clicks, so that the last click wins. */
  choose(...args: Args): void
}

/** Wraps a call of the contract that saves what somebody chose. What was shown as chosen is saved also when its page is gone. */
export function useChoices<Args extends unknown[]>(call: (...args: Args) => Promise<unknown>): Choices<Args> {
  const failure = shallowRef<Failure | null>(null)
  const waiting = shallowRef<readonly Args[]>([])
  let last: Promise<void> = Promise.resolve()

  async function save(args: Args): Promise<void> {
    try {
      await call(...args)
      failure.value = null
    } catch (error) {
      failure.value = failureOf(error)
    } finally {
      waiting.value = waiting.value.filter((one) => one !== args)
    }
  }
  function choose(...args: Args): void {
    waiting.value = [...waiting.value, args]
    last = last.then(() => save(args))
  }
  return { failure, waiting, choose }
}
