import type { Failure } from '@nps-desktop/electron/contract'
import { onScopeDispose, shallowRef, watch } from 'vue'
import type { Ref, ShallowRef } from 'vue'
import { failureOf } from './failure-of-call.ts'
import { useNewest } from './scope-signal.ts'
import { useConnection } from './use-follow.ts'

/** What was last answered to a question that is asked again and again. */
export interface Polled<Value> {
  /** Null before the first answer. */
  readonly value: ShallowRef<Value | null>
  /** Why the last question failed; null after an answer. */
  readonly failure: ShallowRef<Failure | null>
  /** Asks now. */
  again(): void
}

/**
 * For what has no feed: asks `question` at once, when it changes, when the backend is back and every `intervalMs`, for as
 * long as the calling scope lives and only while the page is visible. Null asks nothing; a newer question cancels the older.
 */
export function usePolled<Question, Value>(
  question: Ref<Question | null>,
  ask: (question: Question, options: { signal: AbortSignal }) => Promise<Value>,
  intervalMs: number,
): Polled<Value> {
  const value = shallowRef<Value | null>(null)
  const failure = shallowRef<Failure | null>(null)
  const newest = useNewest()

  async function again(): Promise<void> {
    const signal = newest.begin()
    if (question.value === null || document.visibilityState !== 'visible') return
    try {
      const answer = await ask(question.value, { signal })
      if (signal.aborted) return
      value.value = answer
      failure.value = null
    } catch (error) {
      if (!signal.aborted) failure.value = failureOf(error)
    }
  }
  watch(question, () => void again(), { immediate: true, deep: true })
  watch(useConnection().state, ({ state }) => {
    if (state === 'online') void again()
  })
  const timer = setInterval(() => void again(), intervalMs)
  onScopeDispose(() => clearInterval(timer))
  return { value, failure, again: () => void again() }
}
