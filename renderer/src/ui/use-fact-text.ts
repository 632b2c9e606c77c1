import type { Fact } from '@nps-desktop/electron/contract'
import { useI18n } from 'vue-i18n'
import { useFormat } from '../format/use-format.ts'
import { isStartKind } from './start-kinds.ts'

/** What a step found, as a sentence in the page's language; sizes, times and kinds of start in plain words. */
export function useFactText(): (fact: Fact) => string {
  const { t } = useI18n({ useScope: 'global' })
  const format = useFormat()

  function written(name: string, value: string | number): string | number {
    if (typeof value === 'number') {
      if (name === 'bytes' || name.endsWith('Bytes')) return format.bytes(value)
      if (name === 'ms') return format.milliseconds(value)
      if (name === 'open' || name === 'tried') return format.count(value)
    }
    return name === 'kind' && isStartKind(value) ? t(`lab.starts.${value}.title`) : value
  }

  return ({ code, params }) =>
    t(
      `facts.${code}`,
      Object.fromEntries(Object.entries(params).map(([name, value]) => [name, written(name, value)])),
    )
}
