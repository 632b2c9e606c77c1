import { useI18n } from 'vue-i18n'
import type { DraftField } from './tunnel-draft.ts'

/** Whose form it is: labels name the machines; without these they say what they are. */
export interface FieldPlace {
  readonly labName?: string | undefined
  readonly serverName?: string | undefined
  /** The port is one of this laptop. */
  readonly isPortHere?: boolean | undefined
}

/** What stands on each field of a tunnel's form; of one that is folded away, the title of the fold. */
export function useFieldLabels() {
  const { t } = useI18n({ useScope: 'global' })
  return ({ labName, serverName, isPortHere }: FieldPlace): Record<'name' | DraftField, string> => {
    const port = serverName === undefined ? t('tunnel.port') : t('addTunnel.portOn', { server: serverName })
    return {
      name: t('tunnel.name'),
      port: isPortHere ? t('tunnel.portHere') : port,
      target: labName === undefined ? t('tunnel.target') : t('tunnel.targetOn', { lab: labName }),
      hostName: t('console.hostName'),
      folder: t('console.folder'),
      user: t('console.visitorUser'),
      password: t('console.password'),
      path: t('addTunnel.details'),
      certificate: t('addTunnel.details'),
      sayWho: t('addTunnel.details'),
      health: t('addTunnel.details'),
    }
  }
}
