import type { Failure } from '@nps-desktop/electron/contract'
import { changedKeys, editConf, readConf } from '@nps-desktop/relay-core/api'
import { computed, ref, shallowRef, watch } from 'vue'
import { useApi } from '../../../carrier/use-backend.ts'
import { failureOf } from '../../../carrier/failure-of-call.ts'
import { useScopeSignal } from '../../../carrier/scope-signal.ts'

export type Conf = ReturnType<typeof useConf>

interface SavedConf {
  readonly path: string
  readonly text: string
  readonly revision: string
  readonly warnings: readonly { line: number; message: string }[]
}

/**
 * nps.conf of one server as it is there, and the draft of it on this page: form and file view edit the same text.
 * What was read stays readable when the server falls silent.
 */
export function useConf(serverId: string, online: () => boolean) {
  const api = useApi()
  const saved = shallowRef<SavedConf | null>(null)
  const draft = ref('')
  const busy = ref(false)
  const failure = shallowRef<Failure | null>(null)
  /** How the last save ended, until the next change. */
  const outcome = ref<'saved' | 'restarted' | null>(null)
  const signal = useScopeSignal()

  const before = computed(() => readConf(saved.value?.text ?? ''))
  const now = computed(() => readConf(draft.value))
  const changed = computed(() => changedKeys(saved.value?.text ?? '', draft.value))
  const dirty = computed(() => saved.value !== null && draft.value !== saved.value.text)
  const wrongLine = computed(() => {
    const line = failure.value?.code === 'config-invalid' ? failure.value.params.line : undefined
    return line ?? null
  })
  const wrongKey = computed(() => {
    const key = failure.value?.code === 'config-invalid' ? failure.value.params.key : undefined
    return key ?? null
  })

  async function load(): Promise<void> {
    try {
      const read = await api.servers.config.get({ serverId }, { signal })
      const untouched = !dirty.value
      saved.value = read
      if (untouched) draft.value = read.text
      failure.value = null
    } catch (error) {
      failure.value = failureOf(error)
    }
  }
  // Read once the server can be reached, and again after it was away; a draft is never overwritten.
  watch(
    online,
    (is) => {
      if (is) void load()
    },
    { immediate: true },
  )

  /** An empty value for a key that the file does not set removes its line again. */
  function set(key: string, value: string): void {
    const unset = value === '' && !before.value.has(key)
    draft.value = editConf(draft.value, new Map([[key, unset ? null : value]]))
    outcome.value = null
  }

  function discard(): void {
    draft.value = saved.value?.text ?? ''
    failure.value = null
    outcome.value = null
  }

  /** Saves the draft; restarts nps when it says that it must. */
  async function save(): Promise<void> {
    const base = saved.value
    if (!base || busy.value) return
    busy.value = true
    failure.value = null
    const text = draft.value
    try {
      const answer = await api.servers.config.save({ serverId, text, revision: base.revision })
      saved.value = { ...base, text, revision: answer.revision }
      if (answer.restartNeeded) await api.servers.restart({ serverId })
      outcome.value = answer.restartNeeded ? 'restarted' : 'saved'
    } catch (error) {
      failure.value = failureOf(error)
    } finally {
      busy.value = false
    }
  }

  /** Takes what is on the server now and applies this page's changes to it. */
  async function rebase(): Promise<void> {
    const mine = new Map(changed.value.map((key) => [key, now.value.get(key) ?? null]))
    draft.value = saved.value?.text ?? ''
    await load()
    draft.value = editConf(draft.value, mine)
  }

  return {
    saved,
    draft,
    before,
    now,
    changed,
    dirty,
    busy,
    failure,
    outcome,
    wrongLine,
    wrongKey,
    load,
    set,
    discard,
    save,
    rebase,
  }
}
