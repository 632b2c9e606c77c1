import type { Lab, Server } from '@nps-desktop/electron/contract'
import { useI18n } from 'vue-i18n'
import { useFormat } from '../format/use-format.ts'
import type { Tone } from '../ui/StatusMark.vue'

const tones: Record<Lab['state']['state'], Tone> = {
  online: 'ready',
  offline: 'fail',
  unknown: 'off',
  waiting: 'try',
}

/** Whether a lab box is there, and since when; both the app and the relay's console know this much. */
export type Presence =
  | { readonly state: 'online'; readonly sinceMs: number }
  | { readonly state: 'offline' | 'unknown'; readonly sinceMs: number | null }
  | { readonly state: 'waiting' }

/** The mark and the words of a lab box. */
export interface LabWords {
  tone(lab: Lab): Tone
  /** `Online for 46 min`, `Offline since 03:12`. */
  state(state: Presence, nowMs: number): string
  /** `through cloud-hz · starts at boot`. */
  path(lab: Lab, server: Server): string
}

export function useLabWords(): LabWords {
  const { t } = useI18n({ useScope: 'global' })
  const format = useFormat()
  return {
    tone: (lab) => tones[lab.state.state],
    state(now, nowMs) {
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
    },
    path(lab, server) {
      const through = t('lab.on', { server: server.name })
      if (lab.startKind === 'unknown') return through
      if (lab.startKind === 'logon' || lab.startKind === 'launchd-agent')
        return `${through} · ${t('lab.startsAtLogon')}`
      const stays = lab.startKind !== 'background' && lab.startKind !== 'none'
      return `${through} · ${t(stays ? 'lab.startsAtBoot' : 'lab.runsUntilRestart')}`
    },
  }
}
