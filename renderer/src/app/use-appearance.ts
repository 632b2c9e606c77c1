import { watchEffect } from 'vue'
import { useI18n } from 'vue-i18n'
import { usePreferences } from '../stores/use-preferences.ts'

/** Keeps the page's language, theme and platform as the settings and the system say. */
export function useAppearance(): void {
  const preferences = usePreferences()
  const { locale } = useI18n({ useScope: 'global' })
  const root = document.documentElement

  watchEffect(() => {
    locale.value = preferences.language
    root.lang = preferences.language
  })
  watchEffect(() => {
    if (preferences.theme === 'system') delete root.dataset['theme']
    else root.dataset['theme'] = preferences.theme
  })
  watchEffect(() => {
    root.dataset['platform'] = platformOf(preferences.capabilities)
  })
}

/** What is drawn over the title bar: macOS lights, Windows buttons, or nothing (Linux and browsers bring their own). */
function platformOf(capabilities: { desktop: boolean; platform: string }): 'mac' | 'win' | 'plain' {
  if (!capabilities.desktop) return 'plain'
  if (capabilities.platform === 'darwin') return 'mac'
  return capabilities.platform === 'win32' ? 'win' : 'plain'
}
