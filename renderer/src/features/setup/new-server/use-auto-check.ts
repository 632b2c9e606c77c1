import { onScopeDispose, ref, watch } from 'vue'
import type { Ref } from 'vue'

/** How long after one answer the next check begins by itself. */
export const autoCheckIntervalMs = 10_000

/**
 * Calls `check` every ten seconds while `active`; counts down in between. It goes on when the window is hidden: a person
 * is then at the provider's page, adding the very rule that is waited for.
 */
export function useAutoCheck(
  active: () => boolean,
  check: () => void,
): { secondsLeft: Readonly<Ref<number>> } {
  const secondsLeft = ref(0)
  let timer: ReturnType<typeof setInterval> | undefined
  const stop = (): void => clearInterval(timer)
  onScopeDispose(stop)

  watch(
    active,
    (on) => {
      stop()
      if (!on) return
      const dueAtMs = Date.now() + autoCheckIntervalMs
      const tick = (): void => {
        secondsLeft.value = Math.max(0, Math.ceil((dueAtMs - Date.now()) / 1_000))
        if (secondsLeft.value > 0) return
        stop()
        check()
      }
      tick()
      timer = setInterval(tick, 1_000)
    },
    { immediate: true },
  )
  return { secondsLeft }
}
