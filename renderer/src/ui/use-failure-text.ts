import type { Failure } from '@nps-desktop/electron/contract'
import { useI18n } from 'vue-i18n'
import { failures } from '../locales/en/failures.ts'
import type { FailureText } from '../locales/en/failures.ts'

/** Values that the place on the screen knows and a failure may lack: names of the server, the lab box, the service. */
export type FailureContext = Readonly<Record<string, string | number>>

/** Says a failure in the current language: its own values first, then the page's, then a general word. */
export function useFailureText(): (failure: Failure, context?: FailureContext) => FailureText {
  const { t } = useI18n({ useScope: 'global' })
  return (failure, context = {}) => {
    const known = { detail: failure.message, ...context, ...failure.params }
    const general = Object.keys(failures.words)
      .filter((word) => !(word in known))
      .map((word) => [word, t(`failures.words.${word}`)] as const)
    const values = { ...Object.fromEntries(general), ...known }
    const part = (name: keyof FailureText): string => {
      const sentence = t(`failures.${failure.code}.${name}`, values)
      // A general word may begin the sentence; a name keeps its own first letter.
      return general.some(([, word]) => sentence.startsWith(word)) ? capital(sentence) : sentence
    }
    return { title: part('title'), cause: part('cause'), next: part('next') }
  }
}

function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1)
}
