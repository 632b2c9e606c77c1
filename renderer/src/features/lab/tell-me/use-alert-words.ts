import type { AlertWish, LabReading } from '@nps-desktop/electron/contract'
import { useI18n } from 'vue-i18n'
import { useFormat } from '../../../format/use-format.ts'
import { diskPercent, freeGpus, memoryPercent } from './alert-rows.ts'

/** How a wish reads, and what is known of it now. */
export function useAlertWords(): {
  title(wish: AlertWish): string
  note(wish: AlertWish, reading: LabReading | null): string
} {
  const { t } = useI18n({ useScope: 'global' })
  const format = useFormat()
  const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

  function processNote(
    { pid, startedAtMs }: Extract<AlertWish, { kind: 'process-ends' }>,
    reading: LabReading | null,
  ): string {
    const process = reading?.processes.find((one) => one.pid === pid)
    const threads = Math.round(process?.cpuThreads ?? 0)
    const where = process?.gpus.length
      ? t('tellMe.onGpus', { list: process.gpus.join(', ') })
      : threads > 0
        ? t('tellMe.threads', { n: threads }, threads)
        : ''
    const since = t('tellMe.since', { time: format.since(startedAtMs, reading?.atMs ?? Date.now()) })
    return [t('tellMe.processNote', { pid }), where, since].filter((part) => part !== '').join(' · ')
  }

  return {
    title(wish) {
      switch (wish.kind) {
        case 'process-ends':
          return t('tellMe.processEnds', { name: wish.name })
        case 'gpus-free':
          return capital(t('tellMe.gpuFree', { number: format.numberWord(wish.count) }, wish.count))
        case 'disk-over':
          return t('tellMe.diskOver', { mount: wish.mount, percent: wish.percent })
        case 'memory-over':
          return t('tellMe.memoryOver', { percent: wish.percent })
      }
    },
    note(wish, reading) {
      if (wish.kind === 'process-ends') return processNote(wish, reading)
      if (!reading) return ''
      if (wish.kind === 'gpus-free') {
        const free = freeGpus(reading)
        const list = free.join(', ')
        const now =
          free.length === 0
            ? t('tellMe.gpusNowNone')
            : t('tellMe.gpusNow', { number: format.numberWord(free.length), list })
        return t('tellMe.gpuNote', { now })
      }
      if (wish.kind === 'memory-over') return t('tellMe.now', { n: Math.round(memoryPercent(reading)) })
      const disk = reading.disks.find(({ mount }) => mount === wish.mount)
      return disk ? t('tellMe.now', { n: Math.round(diskPercent(disk)) }) : ''
    },
  }
}
