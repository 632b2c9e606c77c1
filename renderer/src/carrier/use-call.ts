import type { Failure } from '@nps-desktop/electron/contract'
import { readonly, ref, shallowRef } from 'vue'
import type { Ref } from 'vue'
import { failureOf } from './failure-of-call.ts'
import { useScopeSignal } from './scope-signal.ts'

/** The call behind a button, one at a time: whether it is running, and how the last one ended. */
export interface ButtonCall<Args extends unknown[]> {
  readonly busy: Readonly<Ref<boolean>>
  /** Why the last one failed; null after a good one, and while one runs. */
  readonly failure: Ref<Failure | null>
  /** Fulfils with true when it worked; a second call while one runs does nothing and fulfils with false. */
  run(...args: Args): Promise<boolean>
}

/** Wraps a call of the contract for a page; it is cancelled when the page goes away. */
export function useCall<Args extends unknown[]>(
  call: (options: { signal: AbortSignal }, ...args: Args) => Promise<unknown>,
): ButtonCall<Args> {
  const busy = ref(false)
  const failure = shallowRef<Failure | null>(null)
  const signal = useScopeSignal()

  async function run(...args: Args): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    failure.value = null
    try {
      await call({ signal }, ...args)
      return true
    } catch (error) {
      failure.value = failureOf(error)
      return false
    } finally {
      busy.value = false
    }
  }
  return { busy: readonly(busy), failure, run }
}
