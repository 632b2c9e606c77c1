import { serviceKinds } from '@nps-desktop/electron/contract'
import type { ErrorCode, Failure } from '@nps-desktop/electron/contract'
import { useI18n } from 'vue-i18n'
import { failures } from '../locales/en/failures.ts'
import type { FailureText } from '../locales/en/failures.ts'
import { knownValues, placeholdersOf } from '../locales/placeholders.ts'
import { useWrittenValue } from './use-written-value.ts'

/** Values that the place on the screen knows and a failure may lack: names of the server, the lab box, the service. */
export type FailureContext = Readonly<Record<string, string | number>>
/** What happened, why, and what to do next. */
export type SaidFailure = Omit<FailureText, 'without'>

const texts: Record<ErrorCode, FailureText> = failures
const subjects = ['host', 'server', 'lab', 'service'] as const

/**
 * A failure in the current language, with its own values first, then the page's. A part for which a value is missing
 * takes its form without that value; the tests check that every code has one where its values are not required.
 */
export function useFailureText(): (failure: Failure, context?: FailureContext) => SaidFailure {
  const { t } = useI18n({ useScope: 'global' })
  const written = useWrittenValue()
  return (failure, context = {}) => {
    const own = knownValues({ ...context, ...knownValues(failure.params) })
    const kind = serviceKinds.find((known) => known === own['kind'])
    const known: Record<string, string | number> = {
      detail: failure.message,
      ...(kind ? { service: t(`kinds.${kind}.title`) } : {}),
      ...own,
    }
    const values = Object.fromEntries(
      Object.entries(known).map(([name, value]) => [name, written(name, value)]),
    )
    const general = subjects.filter((name) => !(name in values))
    const all = {
      ...Object.fromEntries(general.map((name) => [name, t(`failures.subjects.${name}`)])),
      ...values,
    }
    const part = (name: keyof SaidFailure): string => {
      const text = texts[failure.code]
      const lacks = placeholdersOf(text[name]).some((value) => !(value in all))
      const other = lacks ? text.without?.[name] : undefined
      const key = other === undefined ? name : `without.${name}`
      const sentence = closed(t(`failures.${failure.code}.${key}`, all))
      // A general word may begin the sentence and then takes a capital; a name keeps its first letter.
      const begins = general.some((subject) => (other ?? text[name]).startsWith(`{${subject}}`))
      return begins ? capital(sentence) : sentence
    }
    return { title: part('title'), cause: part('cause'), next: part('next') }
  }
}

/** Chinese words that met at a value's place need no space between them. */
function closed(sentence: string): string {
  return sentence.replaceAll(/(?<=[一-鿿]) (?=[一-鿿])/g, '')
}

function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1)
}
