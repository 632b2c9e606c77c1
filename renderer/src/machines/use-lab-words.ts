import type { Lab } from '@nps-desktop/electron/contract'
import { useI18n } from 'vue-i18n'
import { useFormat } from '../format/use-format.ts'
import type { Tone } from '../ui/StatusMark.vue'

const tones: Record<Lab['state']['state'], Tone> = {
  online: 'ready',
  offline: 'fail',
  unknown: 'off',
  waiting: 'try',
}

/** The mark and the words of a lab box's state. */
export function useLabWords(): { tone: (lab: Lab) => Tone; state: (lab: Lab, nowMs: number) => string } {
  const { t } = useI18n({ useScope: 'global' })
  const format = useFormat()

  function state({ state: now }: Lab, nowMs: number): string {
    switch (now.state) {
      case 'online':
        return t('lab.stateOnline', { time: format.duration(nowMs - now.sinceMs) })
      case 'offline':
        return now.sinceMs === null
          ? t('lab.stateNever')
          : t('lab.stateOffline', { time: format.since(now.sinceMs, nowMs) })
      case 'unknown':
        return now.sinceMs === null
          ? t('lab.stateUnknownEver')
          : t('lab.stateUnknown', { time: format.since(now.sinceMs, nowMs) })
      case 'waiting':
        return t('lab.stateWaiting')
    }
  }
  return { tone: (lab) => tones[lab.state.state], state }
}
