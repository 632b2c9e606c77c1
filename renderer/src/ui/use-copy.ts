import { onScopeDispose, readonly, ref } from 'vue'
import type { Ref } from 'vue'

/** How long the tick stands after a copy. */
const tickMs = 1_200

/** Copies to the clipboard; `copied` is true for a moment after it worked. Rejects when the clipboard refuses. */
export function useCopy(): { copied: Readonly<Ref<boolean>>; copy: (text: string) => Promise<void> } {
  const copied = ref(false)
  let timer: ReturnType<typeof setTimeout> | undefined
  onScopeDispose(() => clearTimeout(timer))

  async function copy(text: string): Promise<void> {
    await navigator.clipboard.writeText(text)
    copied.value = true
    clearTimeout(timer)
    timer = setTimeout(() => {
      copied.value = false
    }, tickMs)
  }
  return { copied: readonly(copied), copy }
}
