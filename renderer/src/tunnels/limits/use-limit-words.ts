import { useI18n } from 'vue-i18n'
import { listOf } from '../form/limit-draft.ts'
import type { LimitDraft } from '../form/limit-draft.ts'

/** Limits in words. */
export interface LimitWords {
  /** What is set, `20 Mbit/s, 50 GB a month`; empty for nothing. */
  set(draft: LimitDraft, options: { withAllow: boolean }): string
}

export function useLimitWords(): LimitWords {
  const { t } = useI18n({ useScope: 'global' })
  return {
    set(draft, { withAllow }) {
      const { speed, month, connections, until, tunnels } = draft
      const parts = [
        speed && t('addTunnel.setSpeed', { speed }),
        month && t('addTunnel.setMonth', { month }),
        connections && t('addTunnel.setConnections', { n: connections }),
        until && t('addTunnel.setUntil', { day: until }),
        tunnels && t('addTunnel.setTunnels', { n: tunnels }),
        withAllow && draft.allow && t('addTunnel.setAllow', { n: listOf(draft.allow).length }),
        draft.deny && t('addTunnel.setDeny', { n: listOf(draft.deny).length }),
      ]
      return parts.filter((part) => part !== '' && part !== false).join(t('addTunnel.comma'))
    },
  }
}
