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
  // what is being typed may be no number yet
  const counted = (name: 'setTunnels' | 'setAllow' | 'setDeny', n: number | string): string =>
    t(`addTunnel.${name}`, { n }, Number(n) === 1 ? 1 : 2)
  return {
    set(draft, { withAllow }) {
      const { down, up, both, month, total, connections, until, tunnels } = draft
      const isSame = down === up
      const parts = [
        isSame && down && t('addTunnel.setSpeed', { speed: down }),
        !isSame && down && t('addTunnel.setDown', { speed: down }),
        !isSame && up && t('addTunnel.setUp', { speed: up }),
        both && t('addTunnel.setBoth', { speed: both }),
        month && t('addTunnel.setMonth', { month }),
        total && t('addTunnel.setTotal', { total }),
        connections && t('addTunnel.setConnections', { n: connections }),
        until && t('addTunnel.setUntil', { day: until }),
        tunnels && counted('setTunnels', tunnels),
        withAllow && draft.allow && counted('setAllow', listOf(draft.allow).length),
        draft.deny && counted('setDeny', listOf(draft.deny).length),
      ]
      return parts.filter((part) => part !== '' && part !== false).join(t('addTunnel.comma'))
    },
  }
}
