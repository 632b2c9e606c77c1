import { watchEffect } from 'vue'
import { useI18n } from 'vue-i18n'
import { systemLanguage } from '../locales/index.ts'
import type { Language } from '../locales/index.ts'

const key = 'nps:language'

/** The language chosen in this browser, or the system's. */
export function storedLanguage(): Language {
  const stored = localStorage.getItem(key)
  return stored === 'en' || stored === 'zh-CN' ? stored : systemLanguage()
}

/** Keeps the page's `lang` and the browser's memory as the language says. */
export function useStoredLanguage(): void {
  const { locale } = useI18n({ useScope: 'global' })
  watchEffect(() => {
    document.documentElement.lang = locale.value
    localStorage.setItem(key, locale.value)
  })
}
