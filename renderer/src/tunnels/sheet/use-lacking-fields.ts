import { useI18n } from 'vue-i18n'
import { usersOf } from '../form/account-draft.ts'
import { wrongLimits } from '../form/limit-draft.ts'
import { emptyFields, wrongFields } from '../form/tunnel-draft.ts'
import type { TunnelDraft } from '../form/tunnel-draft.ts'
import { useFieldLabels } from '../form/use-field-labels.ts'
import type { FieldPlace } from '../form/use-field-labels.ts'
import type { SheetReach } from './sheet-reach.ts'

/** Fields by their labels: what is not filled in yet, and what cannot be right. */
export interface LackingFields {
  readonly empty: readonly string[]
  readonly wrong: readonly string[]
}

/** What the form of a tunnel waits for. */
export function useLackingFields() {
  const { t } = useI18n({ useScope: 'global' })
  const labelsOf = useFieldLabels()
  return ({
    draft,
    reach,
    isPassword,
    place,
  }: {
    draft: TunnelDraft
    reach: SheetReach
    isPassword: boolean
    place: FieldPlace
  }): LackingFields => {
    const label = labelsOf(place)
    const empty = emptyFields(draft).map((field) => label[field])
    const hasNoUser = isPassword && usersOf(draft.accounts) === undefined
    if (hasNoUser) empty.push(label.user, label.password)
    if (reach === 'listed' && draft.limits.allow === '') empty.push(t('addTunnel.reach.listed'))
    const wrong = new Set(wrongFields(draft).map((field) => label[field]))
    if (wrongLimits(draft.limits).length > 0) wrong.add(t('addTunnel.limits'))
    return { empty, wrong: [...wrong] }
  }
}
