import { useI18n } from 'vue-i18n'
import { formatBytes, formatMemory, formatRate } from './format-bytes.ts'

const secondMs = 1_000
const minuteMs = 60 * secondMs
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/** Times, durations and numbers as the current language writes them. */
export interface Format {
  bytes(bytes: number): string
  rate(bytesPerSecond: number): string
  /** `61.2 GB`: of memory, which is counted in powers of two. */
  memory(bytes: number): string
  /** `46 min`, `6 h 46 min`, `12 d 4 h`: at most two units. */
  duration(ms: number): string
  /** `10:42`, or a weekday, or a date, the further back the shorter. */
  moment(atMs: number, nowMs: number): string
  /** `10:42`, of the last day `10:42`, before that with the day: for sentences such as `offline since …`. */
  since(atMs: number, nowMs: number): string
  /** `18:00` today, else `30 Nov, 23:59`: a moment to come. */
  until(atMs: number, nowMs: number): string
  /** `10:42:09` */
  clock(atMs: number): string
  /** `1,901` */
  count(value: number): string
  /** `12 ms`, `1.4 s` */
  milliseconds(ms: number): string
  /** Small numbers as words (`three`, `三`), larger ones in digits. */
  numberWord(value: number): string
}

export function useFormat(): Format {
  const { t, tm, rt, locale } = useI18n({ useScope: 'global' })

  function timeOf(atMs: number): string {
    return new Date(atMs).toLocaleTimeString(locale.value, {
      hour: '2-digit',
      minute: '2-digit',
      hour12: false,
    })
  }
  function dayOf(atMs: number, nowMs: number): string {
    const recent = nowMs - atMs < 6 * dayMs
    return new Date(atMs).toLocaleDateString(
      locale.value,
      recent ? { weekday: 'short' } : { month: 'short', day: 'numeric' },
    )
  }
  function isToday(atMs: number, nowMs: number): boolean {
    return new Date(atMs).toDateString() === new Date(nowMs).toDateString()
  }

  return {
    bytes: formatBytes,
    rate: formatRate,
    memory: formatMemory,
    duration(ms) {
      if (ms < minuteMs) return t('units.seconds', { n: Math.max(0, Math.floor(ms / secondMs)) })
      if (ms < hourMs) return t('units.minutes', { n: Math.floor(ms / minuteMs) })
      if (ms < dayMs) {
        const hours = t('units.hours', { n: Math.floor(ms / hourMs) })
        const minutes = Math.floor((ms % hourMs) / minuteMs)
        return minutes === 0 ? hours : `${hours} ${t('units.minutes', { n: minutes })}`
      }
      const days = t('units.days', { n: Math.floor(ms / dayMs) })
      const hours = Math.floor((ms % dayMs) / hourMs)
      return hours === 0 ? days : `${days} ${t('units.hours', { n: hours })}`
    },
    moment: (atMs, nowMs) => (isToday(atMs, nowMs) ? timeOf(atMs) : dayOf(atMs, nowMs)),
    since: (atMs, nowMs) => (nowMs - atMs < dayMs ? timeOf(atMs) : `${dayOf(atMs, nowMs)} ${timeOf(atMs)}`),
    until: (atMs, nowMs) => {
      if (isToday(atMs, nowMs)) return t('units.todayAt', { time: timeOf(atMs) })
      const day = new Date(atMs).toLocaleDateString(locale.value, { month: 'short', day: 'numeric' })
      return t('units.dayAt', { day, time: timeOf(atMs) })
    },
    clock: (atMs) => new Date(atMs).toLocaleTimeString(locale.value, { hour12: false }),
    count: (value) => value.toLocaleString('en'),
    milliseconds: (ms) => {
      if (ms < 1) return t('units.milliseconds', { n: '<1' })
      if (ms < secondMs) return t('units.milliseconds', { n: Math.round(ms) })
      return t('units.seconds', { n: (ms / secondMs).toFixed(1) })
    },
    numberWord(value) {
      const words = tm('units.numbers') as readonly unknown[]
      const word = words[value]
      return word === undefined ? String(value) : rt(word as string)
    },
  }
}
