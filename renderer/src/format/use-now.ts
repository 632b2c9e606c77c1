import { onScopeDispose, readonly, ref } from 'vue'
import type { Ref } from 'vue'

/** The time, updated once per second while the page is visible; all users share one timer. */
const nowMs = ref(Date.now())
let users = 0
let timer: ReturnType<typeof setInterval> | undefined

function tick(): void {
  if (document.visibilityState === 'visible') nowMs.value = Date.now()
}

export function useNow(): Readonly<Ref<number>> {
  users += 1
  if (!timer) {
    tick()
    timer = setInterval(tick, 1_000)
    document.addEventListener('visibilitychange', tick)
  }
  onScopeDispose(() => {
    users -= 1
    if (users > 0) return
    clearInterval(timer)
    timer = undefined
    document.removeEventListener('visibilitychange', tick)
  })
  return readonly(nowMs)
}
