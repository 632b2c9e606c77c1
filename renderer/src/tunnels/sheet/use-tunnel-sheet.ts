import { canBePrivate, isServiceKind, modeOfKind, usualTarget } from '@nps-desktop/electron/contract'
import type {
  Failure,
  FoundService,
  Tunnel,
  TunnelDetails,
  TunnelKind,
  TunnelPlace,
  TunnelRange,
  TunnelValues,
} from '@nps-desktop/electron/contract'
import type { PortPair } from '@nps-desktop/relay-core/api'
import { computed, ref, shallowRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { useApi } from '../../carrier/use-backend.ts'
import { useCall } from '../../carrier/use-call.ts'
import { useLackingFields } from './use-lacking-fields.ts'
import { useTakingBack } from './use-taking-back.ts'
import { faultyField } from '../form/faulty-field.ts'
import { newAccount } from '../form/account-draft.ts'
import { emptyLimits } from '../form/limit-draft.ts'
import { pairsOf } from '../form/port-range.ts'
import { newPassword } from '../form/new-password.ts'
import { firstReach, needsPassword, reachesOf } from './sheet-reach.ts'
import type { SheetReach } from './sheet-reach.ts'
import { draftOf, emptyDraft, isComplete, readTargets, valuesOf } from '../form/tunnel-draft.ts'
import type { TunnelDraft } from '../form/tunnel-draft.ts'

/**
 * The form of one tunnel: a new one of a lab box, or `tunnel` as it is. A new one is added and then checked; where that finds
 * something, the form stays, and sends what is changed to the tunnel that is there already. `page`: a tunnel of the lab box
 * that leads to a page, for an example.
 */
export function useTunnelSheet(
  at: () => {
    labId: string
    labName: string
    serverName: string
    isLocal: boolean
    tunnel: Tunnel | null
    page: Tunnel | null
  },
  close: () => void,
) {
  const api = useApi()
  const { t } = useI18n({ useScope: 'global' })
  const lackingIn = useLackingFields()
  const kind = ref<TunnelKind>('tcp')
  const draft = ref<TunnelDraft>(emptyDraft())
  const reach = ref<SheetReach>('laptop')
  const place = shallowRef<TunnelPlace | null>(null)
  /** The tunnel before it is changed here. */
  const before = shallowRef<TunnelDetails | null>(null)
  /** What has been added here: one, or each of a range. */
  const added = ref<readonly string[]>([])
  const found = shallowRef<Failure | null>(null)
  const takingBack = useTakingBack()
  /** Counts how often the form was given up: what is on its way then belongs to none. */
  let givenUp = 0

  const isPassword = computed(() => needsPassword(kind.value, reach.value, at().isLocal))
  const reaches = computed(() => (before.value?.kind === 'host' ? [] : reachesOf(kind.value, at().isLocal)))
  /** The port is one of this laptop. */
  const isPortHere = computed(() => at().isLocal || (canBePrivate(kind.value) && reach.value === 'laptop'))
  const fieldPlace = computed(() => {
    const { labName, serverName } = at()
    return { labName, serverName, isPortHere: isPortHere.value }
  })
  const lacking = computed(() =>
    lackingIn({
      draft: draft.value,
      reach: reach.value,
      isPassword: isPassword.value,
      place: fieldPlace.value,
    }),
  )
  const ready = computed(
    () =>
      isComplete(draft.value) &&
      lacking.value.empty.length === 0 &&
      (at().tunnel === null || before.value !== null),
  )
  const loading = useCall(async (options) => {
    const { labId, tunnel } = at()
    place.value = null
    before.value = null
    place.value = await api.tunnelValues.place({ labId }, options)
    if (!tunnel) return
    const details = await api.tunnelValues.read({ tunnelId: tunnel.id }, options)
    take(details)
    before.value = details
  })

  const sending = useCall(async (options) => {
    const { labId, tunnel } = at()
    const round = givenUp
    found.value = null
    const values = valuesOf(draft.value, before.value?.settings, before.value?.limits)
    const limits = { ...values.limits }
    if (reach.value !== 'listed' && reaches.value.length > 0) delete limits.allow
    const whole = { ...values, limits, reach: reach.value === 'laptop' ? 'laptop' : 'anyone' } as const
    const pairs = pairsOf(draft.value)
    if ('fault' in pairs) return
    const [only, ...more] = tunnel ? [tunnel.id] : added.value
    if (only !== undefined && more.length === 0 && pairs.length === 1) {
      await api.tunnelValues.save({ tunnelId: only, ...whole }, options)
      if (tunnel) return close()
    } else {
      // a range is made again: its tunnels cannot change places
      if (added.value.length > 0) await api.tunnelValues.takeBack({ tunnelIds: [...added.value] })
      added.value = []
      const made =
        pairs.length === 1
          ? [(await api.tunnelValues.add({ labId, kind: kind.value, ...whole }, options)).tunnelId]
          : (await api.tunnelValues.addRange(rangeOf({ labId, kind: kind.value, ...whole }, pairs), options))
              .tunnelIds
      if (round !== givenUp) return takingBack.take(made)
      added.value = made
    }
    const checked = await Promise.all(added.value.map((tunnelId) => api.tunnels.check({ tunnelId }, options)))
    if (round !== givenUp) return
    const broken = checked.find(({ status }) => status.state === 'broken')
    if (broken?.status.state === 'broken') found.value = broken.status.failure
    else keep()
  })

  const failure = computed(() => found.value ?? sending.failure.value ?? loading.failure.value)
  const faulty = computed(() => (failure.value ? faultyField(failure.value, draft.value.mode) : null))

  function begin(first: TunnelKind): void {
    added.value = []
    found.value = null
    sending.failure.value = null
    const { tunnel } = at()
    if (tunnel) take({ ...tunnel, settings: {}, limits: {} })
    else startKind(first)
    void loading.run()
  }
  function take(
    details: Pick<TunnelDetails, 'kind' | 'reach' | 'name' | 'port' | 'target' | 'settings' | 'limits'>,
  ): void {
    kind.value = details.kind
    // private ones have the same form: the port is one of this laptop
    const mode = modeOfKind(details.kind, 'anyone')
    draft.value = draftOf({ ...details, mode, port: details.port ?? null })
    reach.value = details.reach === 'laptop' ? 'laptop' : details.limits.allow?.length ? 'listed' : 'anyone'
  }
  /** An empty form for a tunnel of that kind. */
  function startKind(its: TunnelKind): void {
    kind.value = its
    const { isLocal, page } = at()
    const { limits } = draft.value
    const isExample = isLocal && kind.value === 'host' && page !== null
    reach.value = firstReach(kind.value, isLocal)
    draft.value = {
      ...emptyDraft(),
      mode: modeOfKind(kind.value, 'anyone'),
      // limits belong to no kind
      limits: added.value.length === 0 ? limits : emptyLimits(),
      name: isServiceKind(kind.value)
        ? t(`kinds.${kind.value}.title`)
        : t(`addTunnel.plain.${kind.value}.name`),
      target: isServiceKind(kind.value) ? usualTarget(kind.value) : '127.0.0.1:',
      // on this computer no name has to be registered first
      ...(isExample && { name: 'demo', hostName: 'demo.localhost', target: page.target }),
      // also of one that is for this laptop alone at first, for the day it is opened
      ...(needsPassword(kind.value, 'anyone', isLocal) && {
        accounts: [newAccount('lab', newPassword())],
      }),
    }
  }
  /** A tunnel to what was found running there: its kind, and where it leads. */
  function fillIn({ kind: its, target }: FoundService, name: string): void {
    startKind(its)
    draft.value = { ...draft.value, name, target }
  }

  /** Takes back what was added, where it was not kept. */
  function giveUp(): void {
    givenUp++
    const tunnelIds = added.value
    added.value = []
    void takingBack.take(tunnelIds)
  }
  function keep(): void {
    added.value = []
    close()
  }

  return {
    kind,
    draft,
    reach,
    reaches,
    place,
    added,
    isPassword,
    fieldPlace,
    ready,
    lacking,
    failure,
    faulty,
    begin,
    startKind,
    fillIn,
    giveUp,
    takingBack,
    keep,
    busy: sending.busy,
    send: sending.run,
    /** What was found about a tunnel that is there: it may be left as it is. */
    found,
  }
}

/** Each port of a range with where it leads. */
function rangeOf(
  { port: _port, target: _target, ...values }: TunnelValues & { labId: string },
  pairs: readonly PortPair[],
): TunnelRange & { labId: string } {
  return {
    ...values,
    pairs: pairs.map(({ port, target }) => ({
      target: readTargets(target) ?? '',
      ...(port !== null && { port }),
    })),
  }
}
