import type { Capabilities, Settings } from '@nps-desktop/electron/contract'
import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import { useBackend } from '../carrier/use-backend.ts'
import { useScopeSignal } from '../carrier/scope-signal.ts'
import { useFeed } from '../carrier/use-follow.ts'
import { systemLanguage } from '../locales/index.ts'
import type { Language } from '../locales/index.ts'

const noCapabilities: Capabilities = {
  version: '',
  platform: 'unknown',
  desktop: false,
  tray: false,
  openFolder: false,
  openUrl: false,
  pickFile: false,
  startAtLogin: false,
  secretStorage: 'key-file',
  dataFolder: '',
  updateAddress: '',
}

/** What the person chose, and what this place can do. */
export const usePreferences = defineStore('preferences', () => {
  const { api, connection } = useBackend()
  const { value: settings } = useFeed<Settings>((options) => api.app.settings.watch({}, options))
  const capabilities = shallowRef<Capabilities>(noCapabilities)
  const signal = useScopeSignal()
  // They do not change while the app runs, but a browser may reconnect to another one.
  watch(
    connection.state,
    async ({ state }) => {
      if (state !== 'online') return
      try {
        capabilities.value = await api.app.capabilities({}, { signal })
      } catch {
        // It went away in the meantime: the next connection asks again, and the frame shows that it is away.
      }
    },
    { immediate: true },
  )

  const language = computed<Language>(() => {
    const chosen = settings.value?.language ?? 'system'
    return chosen === 'system' ? systemLanguage() : chosen
  })
  const theme = computed(() => settings.value?.theme ?? 'system')

  async function save(change: Partial<Omit<Settings, 'sshEntries'>>): Promise<void> {
    await api.app.settings.save(change)
  }
  return { settings, capabilities, language, theme, save }
})
