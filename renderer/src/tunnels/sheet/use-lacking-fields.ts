import { useI18n } from 'vue-i18n'
import { wrongLimits } from '../form/limit-draft.ts'
import { emptyFields, wrongFields } from '../form/tunnel-draft.ts'
import type { DraftField, TunnelDraft } from '../form/tunnel-draft.ts'
import type { SheetReach } from './sheet-reach.ts'

/** Fields by their labels: what is not filled in yet, and what cannot be right. */
export interface LackingFields {
  readonly empty: readonly string[]
  readonly wrong: readonly string[]
}

/** What the form of a tunnel waits for. */
export function useLackingFields() {
  const { t } = useI18n({ useScope: 'global' })
  const labels = (reach: SheetReach): Record<'name' | DraftField, string> => ({
    name: t('tunnel.name'),
    port: t(reach === 'laptop' ? 'tunnel.portHere' : 'tunnel.port'),
    target: t('tunnel.target'),
    hostName: t('console.hostName'),
    path: t('console.path'),
    certificate: t('addTunnel.details'),
    folder: t('console.folder'),
    user: t('console.visitorUser'),
    password: t('console.password'),
    sayWho: t('addTunnel.sayWho'),
    health: t('addTunnel.health'),
  })
  return ({
    draft,
    reach,
    isPassword,
  }: {
    draft: TunnelDraft
    reach: SheetReach
    isPassword: boolean
  }): LackingFields => {
    const label = labels(reach)
    const empty = emptyFields(draft).map((field) => label[field])
    const hasNoUser = isPassword && draft.user === '' && draft.password === ''
    if (hasNoUser) empty.push(label.user, label.password)
    if (reach === 'listed' && draft.limits.allow === '') empty.push(t('addTunnel.address'))
    const wrong = wrongFields(draft).map((field) => label[field])
    if (wrongLimits(draft.limits).length > 0) wrong.push(t('addTunnel.limits'))
    return { empty, wrong }
  }
}
