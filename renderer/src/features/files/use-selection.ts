import { computed, ref, watch } from 'vue'
import type { ComputedRef, Ref } from 'vue'
import type { FileEntry } from '@nps-desktop/electron/contract'

export interface Selection {
  readonly names: Ref<ReadonlySet<string>>
  readonly chosen: ComputedRef<readonly FileEntry[]>
  /** The row that the keys start from; -1 without one. */
  readonly active: Ref<number>
  /** `more`: adds or takes away (Ctrl, ⌘); `upTo`: all from the last one (Shift). */
  choose(index: number, how?: { more?: boolean; upTo?: boolean }): void
  all(): void
  none(): void
}

/** Which entries of a list are selected. */
export function useSelection(entries: ComputedRef<readonly FileEntry[]>): Selection {
  const names = ref<ReadonlySet<string>>(new Set())
  const active = ref(-1)
  let anchor = 0
  const nameAt = (index: number): string[] => {
    const entry = entries.value[index]
    return entry ? [entry.name] : []
  }

  watch(entries, (now) => {
    const there = new Set(now.map(({ name }) => name))
    names.value = new Set([...names.value].filter((name) => there.has(name)))
    if (active.value >= now.length) active.value = now.length - 1
  })

  return {
    names,
    active,
    chosen: computed(() => entries.value.filter(({ name }) => names.value.has(name))),
    choose(index, { more = false, upTo = false } = {}) {
      const last = Math.max(0, Math.min(index, entries.value.length - 1))
      active.value = last
      if (upTo) {
        const [from, to] = anchor < last ? [anchor, last] : [last, anchor]
        names.value = new Set(entries.value.slice(from, to + 1).map(({ name }) => name))
        return
      }
      anchor = last
      const [name] = nameAt(last)
      if (name === undefined) return
      const next = new Set(more ? names.value : [])
      if (more && names.value.has(name)) next.delete(name)
      else next.add(name)
      names.value = next
    },
    all() {
      names.value = new Set(entries.value.map(({ name }) => name))
    },
    none() {
      names.value = new Set()
    },
  }
}
