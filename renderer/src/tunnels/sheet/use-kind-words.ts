import { isServiceKind } from '@nps-desktop/electron/contract'
import type { TunnelKind, TunnelPlace } from '@nps-desktop/electron/contract'
import { useI18n } from 'vue-i18n'
import { webSchemeOf } from '../open/result-address.ts'

/** What a kind of tunnel is called, and what it is for. */
export interface KindWords {
  /** A plain name, `A port`; that of the service where there is one. */
  title(kind: TunnelKind): string
  /** The word of network engineers, `UDP`; empty for services, and for web addresses while nobody knows how the server serves them. */
  mark(kind: TunnelKind): string
  /** Both, `A port (UDP)`. */
  full(kind: TunnelKind): string
  /** What it is for; `isLocal`: the server is this computer. */
  about(kind: TunnelKind, place: { lab: string; server: string; isLocal: boolean }): string
}

/** `place`: what the server gives a new tunnel, null until it has been asked. */
export function useKindWords(place: () => TunnelPlace | null = () => null): KindWords {
  const { t } = useI18n({ useScope: 'global' })
  const title = (kind: TunnelKind): string =>
    isServiceKind(kind) ? t(`kinds.${kind}.title`) : t(`addTunnel.plain.${kind}.title`)
  const mark = (kind: TunnelKind): string => {
    if (kind === 'host') return webSchemeOf(place())?.toUpperCase() ?? ''
    return isServiceKind(kind) ? '' : marks[kind]
  }
  return {
    title,
    mark,
    full: (kind) =>
      mark(kind) === '' ? title(kind) : t('addTunnel.kindFull', { title: title(kind), mark: mark(kind) }),
    about: (kind, { isLocal, ...names }) => {
      if (isServiceKind(kind)) return t(`kinds.${kind}.about`)
      const isOther = isLocal && (kind === 'udp' || kind === 'host')
      return t(isOther ? `addTunnel.aboutHere.${kind}` : `addTunnel.about.${kind}`, names)
    },
  }
}

/** The same in every language. */
const marks = {
  tcp: 'TCP',
  udp: 'UDP',
  socks5: 'SOCKS5',
  httpProxy: 'HTTP',
  file: '',
} as const
