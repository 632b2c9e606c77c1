import type { Settings } from '@nps-desktop/electron/contract'
import { computed } from 'vue'
import type { Ref } from 'vue'
import { type Choices, useChoices } from '../../carrier/use-choices.ts'
import { usePreferences } from '../../stores/use-preferences.ts'

type Change = Partial<Omit<Settings, 'sshEntries'>>

/** The settings as they were chosen, also while that is being saved; null: not known yet. */
export function useSettingChoices(): Pick<Choices<[change: Change]>, 'failure' | 'choose'> & {
  readonly settings: Readonly<Ref<Settings | null>>
} {
  const preferences = usePreferences()
  const { failure, waiting, choose } = useChoices((change: Change) => preferences.save(change))
  const settings = computed(
    () =>
      preferences.settings &&
      waiting.value.reduce((all: Settings, [change]) => ({ ...all, ...change }), preferences.settings),
  )
  return { failure, settings, choose }
}
