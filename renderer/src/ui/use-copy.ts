import { readonly, ref } from 'vue'
import type { Ref } from 'vue'
import { useTimer } from './use-timer.ts'

/** How long the tick stands after a copy. */
const tickMs = 1_200

/** Copies to the clipboard; `copied` is true for a moment after it worked. Rejects when the clipboard refuses. */
export function useCopy(): { copied: Readonly<Ref<boolean>>; copy: (text: string) => Promise<void> } {
  const copied = ref(false)
  const timer = useTimer()

  async function copy(text: string): Promise<void> {
    await navigator.clipboard.writeText(text)
    copied.value = true
    timer.after(tickMs, () => {
      copied.value = false
    })
  }
  return { copied: readonly(copied), copy }
}
