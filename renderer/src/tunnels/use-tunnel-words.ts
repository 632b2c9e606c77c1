import type { Stop, Tunnel } from '@nps-desktop/electron/contract'
import { useI18n } from 'vue-i18n'
import { useFormat } from '../format/use-format.ts'
import type { IconName } from '../ui/icons.ts'
import { useFixWords } from '../failures/use-fix-words.ts'
import type { RowAction, TunnelLook } from './tunnel-state.ts'
import { directWayOf, serverWayOf } from './way/tunnel-way.ts'

/** The words of a tunnel: its state, its stops, its buttons. */
export interface TunnelWords {
  /** In a row: the way is named where it is direct. */
  state(tunnel: Tunnel, look: TunnelLook, nowMs: number): string
  /** On a page: of a tunnel that could be direct, the way through the server is named too. */
  stateWithWay(tunnel: Tunnel, look: TunnelLook, nowMs: number): string
  stop(tunnel: Tunnel, name: Stop['name']): string
  /** Of a row's button. */
  action(tunnel: Tunnel, action: RowAction): { label: string; icon: IconName | null }
}

export function useTunnelWords(): TunnelWords {
  const { t, locale } = useI18n({ useScope: 'global' })
  const format = useFormat()
  const fixWords = useFixWords()

  /** Chinese puts a space before Latin words, and none between its own. */
  const spaced = (name: string): string =>
    locale.value === 'zh-CN' && /^[!-~]/.test(name) ? ` ${name}` : name

  const words: TunnelWords = {
    state(tunnel, look, nowMs) {
      switch (look.look) {
        case 'ready': {
          const direct = directWayOf(tunnel, look)
          return direct
            ? t('way.readyDirect', { ms: format.milliseconds(direct.roundTripMs) })
            : t('ui.tunnel.readyIn', { ms: format.milliseconds(look.ms) })
        }
        case 'unproved':
          return t('console.unchecked')
        case 'checking':
          return t('ui.tunnel.checking')
        case 'paused':
          return t('ui.tunnel.paused')
        case 'unknown':
          return t('ui.tunnel.unknownSince', { time: format.since(look.sinceMs, nowMs) })
        case 'broken':
          return t('ui.tunnel.brokenAt', { stop: spaced(words.stop(tunnel, look.stop)) })
      }
    },
    stateWithWay(tunnel, look, nowMs) {
      return look.look === 'ready' && serverWayOf(tunnel, look)
        ? t('way.readyThroughServer', { ms: format.milliseconds(look.ms) })
        : words.state(tunnel, look, nowMs)
    },
    stop(tunnel, name) {
      if (name === 'service') return tunnel.name
      if (name === 'port' && tunnel.reach === 'laptop') return t('ui.stops.portNone')
      return t(`ui.stops.${name}`, { port: tunnel.port })
    },
    action(tunnel, action) {
      switch (action.do) {
        case 'start':
          return { label: t('ui.tunnel.start'), icon: 'play' }
        case 'see-why':
          return { label: t('ui.tunnel.seeWhy'), icon: null }
        case 'fix': {
          const { label, short, icon } = fixWords(action.fix)
          return { label: short ?? label, icon }
        }
        case 'open':
          return {
            label: t(`kinds.${tunnel.kind}.button`),
            icon: 'open',
          }
        case 'copy-address':
          return {
            label: t(`kinds.${tunnel.kind}.button`),
            icon: 'copy',
          }
      }
    },
  }
  return words
}
