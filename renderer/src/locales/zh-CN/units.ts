import type { units as en } from '../en/units.ts'
import type { Translation } from '../translation.ts'

export const units: Translation<typeof en> = {
  milliseconds: '{n} ms',
  seconds: '{n} 秒',
  minutes: '{n} 分钟',
  hours: '{n} 小时',
  days: '{n} 天',
  todayAt: '今天 {time}',
  dayAt: '{day} {time}',
  numbers: ['零', '一', '两', '三', '四', '五', '六', '七', '八', '九', '十'],
}
