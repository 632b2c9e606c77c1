import type { Lab, Server } from '@nps-desktop/electron/contract'
import { useI18n } from 'vue-i18n'
import { useFormat } from '../../format/use-format.ts'

/** A lab box in words. */
export interface LabGroupWords {
  /** `Online for 46 min`, `Offline since 03:12`. */
  state(lab: Lab, nowMs: number): string
  /** `through cloud-hz · starts at boot`. */
  path(lab: Lab, server: Server): string
}

export function useLabGroupWords(): LabGroupWords {
  const { t } = useI18n({ useScope: 'global' })
  const format = useFormat()
  return {
    state(lab, nowMs) {
      const { state } = lab
      switch (state.state) {
        case 'online':
          return t('home.labOnline', { duration: format.duration(nowMs - state.sinceMs) })
        case 'offline':
          return state.sinceMs === null
            ? t('home.labNever')
            : t('home.labOffline', { time: format.since(state.sinceMs, nowMs) })
        case 'unknown':
          return state.sinceMs === null
            ? t('home.labUnknownNow')
            : t('home.labUnknown', { time: format.since(state.sinceMs, nowMs) })
        case 'waiting':
          return t('home.labWaiting')
      }
    },
    path(lab, server) {
      const through = t('home.through', { server: server.name })
      if (lab.startKind === 'unknown') return through
      const stays = lab.startKind !== 'background' && lab.startKind !== 'none'
      const kind = stays ? 'home.startsAtBoot' : 'home.runsUntilRestart'
      return `${through} · ${t(kind)}`
    },
  }
}
