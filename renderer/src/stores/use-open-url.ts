import { useApi } from '../carrier/use-backend.ts'
import { usePreferences } from './use-preferences.ts'

/** Opens a page in the person's browser: by the app where it can, else in a new tab. */
export function useOpenUrl(): (url: string) => Promise<void> {
  const api = useApi()
  const preferences = usePreferences()
  return async (url) => {
    if (preferences.capabilities.openUrl) await api.app.openUrl({ url })
    else window.open(url, '_blank', 'noopener')
  }
}
