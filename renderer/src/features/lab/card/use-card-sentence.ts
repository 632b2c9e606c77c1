import type { Gpu, LabReading } from '@nps-desktop/electron/contract'
import { freeForMs } from '@nps-desktop/electron/contract'
import { useI18n } from 'vue-i18n'
import { useFormat } from '../../../format/use-format.ts'

/** Whether a GPU has been at rest for long enough to be called free. */
export function isFree(gpu: Gpu, atMs: number): boolean {
  return gpu.restingSinceMs !== null && atMs - gpu.restingSinceMs >= freeForMs
}

/** The one true sentence above the card: what is free, and what is yours. Empty where nothing is known. */
export function useCardSentence(): (reading: LabReading) => string {
  const { t } = useI18n({ useScope: 'global' })
  const format = useFormat()
  const say = (key: string, count: number): string => t(key, { number: format.numberWord(count) }, count)

  return ({ gpus, cpu, gpuFault, atMs }) => {
    if (gpus.length > 0) {
      const free = gpus.filter((gpu) => isFree(gpu, atMs)).length
      const yours = gpus.filter(({ processes }) => processes.some(({ isYours }) => isYours)).length
      // one that has just come to rest is neither
      const isResting = gpus.some(({ restingSinceMs }) => restingSinceMs !== null)
      const parts = [
        free > 0 ? say('labCard.gpuFree', free) : isResting ? '' : t('labCard.gpuNoneFree'),
        yours > 0 ? say('labCard.gpuYours', yours) : '',
      ].filter((part) => part !== '')
      if (parts.length === 0) return ''
      const sentence = parts.join(t('labCard.comma'))
      return sentence.charAt(0).toUpperCase() + sentence.slice(1) + t('labCard.stop')
    }
    if (gpuFault || !cpu || cpu.usePercent === null) return ''
    const free = Math.round(cpu.threads * (1 - cpu.usePercent / 100))
    return t('labCard.threadsFree', { free, threads: cpu.threads })
  }
}
