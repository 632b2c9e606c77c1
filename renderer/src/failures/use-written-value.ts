import { useI18n } from 'vue-i18n'
import { useFormat } from '../format/use-format.ts'
import { readable } from './readable.ts'
import { isStartKind } from './start-kinds.ts'

const providers = ['aliyun', 'tencent', 'huawei', 'aws', 'google', 'azure'] as const

/** A value of a fact or a failure as the current language writes it: sizes, times, kinds of start and providers in plain words, and names of others as `readable`. */
export function useWrittenValue(): (name: string, value: string | number) => string {
  const { t } = useI18n({ useScope: 'global' })
  const format = useFormat()
  return (name, value) => {
    if (typeof value === 'number') {
      if (name === 'bytes' || name.endsWith('Bytes')) return format.bytes(value)
      if (name === 'ms') return format.milliseconds(value)
      if (name === 'open' || name === 'tried' || name === 'limit') return format.count(value)
      if (name === 'seconds') return String(Math.abs(Math.round(value)))
    }
    if (name === 'kind' && isStartKind(value)) return t(`lab.starts.${value}.title`)
    const provider = name === 'provider' ? providers.find((known) => known === value) : undefined
    return provider ? t(`ports.providers.${provider}`) : readable(String(value))
  }
}
