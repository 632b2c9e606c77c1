import { computed } from 'vue'
import type { ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { usePreferences } from '../../../stores/use-preferences.ts'
import type { SignInFields } from './use-sign-in.ts'

/** What stands on the field that a sign-in asks for: the password, or the key as this place can take it. */
export function useSecretLabel(fields: () => SignInFields): ComputedRef<string> {
  const { t } = useI18n({ useScope: 'global' })
  const preferences = usePreferences()
  return computed(() => {
    const { kind, user } = fields()
    if (kind === 'password') return t('setup.secret.passwordOf', { user })
    return t(preferences.capabilities.pickFile ? 'setup.secret.keyFile' : 'setup.secret.keyText')
  })
}
