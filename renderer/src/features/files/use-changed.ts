import { useI18n } from 'vue-i18n'
import { useFormat } from '../../format/use-format.ts'

/** When a file was changed: `today, 09:58`, `yesterday, 22:10`, `Thu 18:02`, `Nov 3 18:02`, `Nov 3, 2024`. */
export function useChanged(): (atMs: number, nowMs: number) => string {
  const { t, locale } = useI18n({ useScope: 'global' })
  const format = useFormat()
  return (atMs, nowMs) => {
    const at = new Date(atMs)
    const now = new Date(nowMs)
    // the format's own moment is the time of day for today only
    const time = format.moment(atMs, atMs)
    if (at.toDateString() === now.toDateString()) return t('files.today', { time })
    const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1)
    if (at.toDateString() === yesterday.toDateString()) return t('files.yesterday', { time })
    if (at.getFullYear() !== now.getFullYear())
      return at.toLocaleDateString(locale.value, { year: 'numeric', month: 'short', day: 'numeric' })
    return `${format.moment(atMs, nowMs)} ${time}`
  }
}
