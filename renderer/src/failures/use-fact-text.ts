import type { Fact, FactCode } from '@nps-desktop/electron/contract'
import { useI18n } from 'vue-i18n'
import { facts } from '../locales/en/facts.ts'
import { knownValues, placeholdersOf } from '../locales/placeholders.ts'
import { useWrittenValue } from './use-written-value.ts'

const withoutAValue: Partial<Record<FactCode, string>> = facts.without

/** What a step found, as a sentence in the page's language. */
export function useFactText(): (fact: Fact) => string {
  const { t } = useI18n({ useScope: 'global' })
  const written = useWrittenValue()
  return ({ code, params }) => {
    const known = knownValues(params)
    const values = Object.fromEntries(
      Object.entries(known).map(([name, value]) => [name, written(name, value)]),
    )
    const lacks = placeholdersOf(facts[code]).some((name) => !(name in values))
    return t(lacks && withoutAValue[code] !== undefined ? `facts.without.${code}` : `facts.${code}`, values)
  }
}
