import { useRouter } from 'vue-router'
import { useApi } from '../carrier/use-backend.ts'
import type { Corrections } from '@nps-desktop/electron/contract'
import type { FixHandlers } from './fixes.ts'
import { useOpenUrl } from '../stores/use-open-url.ts'
import { useOverview } from '../stores/use-overview.ts'

/** Where a failure is shown, as far as its fixes need to know. What is absent has no button. */
export interface FixPlace {
  /** Runs a call with the "busy" and "failed" of that place; fulfils with false when it failed. */
  readonly run: (work: (options: { signal: AbortSignal }) => Promise<unknown>) => Promise<boolean>
  /** Tries again what failed. */
  readonly again?: () => unknown
  /** Runs the failed step of a job again, with what a person corrected. */
  readonly correct?: (corrections: Corrections) => unknown
  /** The machine that could not be reached or signed in to. */
  readonly machine?: { readonly kind: 'server' | 'lab'; readonly id: string }
  /** The tunnel whose server or lab box has changed. */
  readonly tunnelId?: string
  /** The server whose firewall is in the way, where it is not `machine`. */
  readonly serverId?: string
  /** Where the address is edited, if not with the machine's sign-in. */
  readonly editAddress?: () => unknown
  /** Where another secret is entered, if not with the machine's sign-in. */
  readonly enterSecret?: () => unknown
  readonly usePort?: (port: number) => unknown
}

/** The app's only handler of fixes: the same fix does the same wherever its failure is shown. */
export function useFixes(): (place: FixPlace) => FixHandlers {
  const api = useApi()
  const router = useRouter()
  const openUrl = useOpenUrl()
  const overview = useOverview()

  return (place) => {
    const { run, again, correct, machine, tunnelId, usePort } = place
    const signIn =
      machine && (() => router.push({ name: 'sign-in', params: { machine: machine.kind, id: machine.id } }))
    const editAddress = place.editAddress ?? signIn
    const enterSecret = place.enterSecret ?? signIn
    const serverId = place.serverId ?? (machine?.kind === 'server' ? machine.id : undefined)
    return {
      'set-up-beside': () => router.push({ name: 'setup' }),
      // npc learns of it by being set up again: over ssh where that does not cut its own way, else by a new line
      'allow-target': async ({ labId, targets }) => {
        const lab = overview.labOf(labId)
        const bySsh = lab?.address && !lab.byOwnTunnel
        const isDone = await run(async (options) => {
          await api.labs.allow({ labId, targets }, options)
          if (bySsh) await api.labs.setup({ labId }, options)
        })
        if (!isDone || !lab) return
        const query = { labId, ...(bySsh ? {} : { line: 'again' }) }
        await router.push({ name: 'add-lab', params: { serverId: lab.serverId }, query })
      },
      update: ({ serverId }) => router.push({ name: 'server', params: { serverId } }),
      'share-folder': async ({ labId, folder }) => {
        const lab = overview.labOf(labId)
        const isDone = await run(async (options) => {
          await api.labs.share({ labId, folder }, options)
          await api.labs.setup({ labId }, options)
        })
        if (isDone && lab)
          await router.push({ name: 'add-lab', params: { serverId: lab.serverId }, query: { labId } })
      },
      'sign-in': async ({ labId }) => {
        if (await run((options) => api.signIn.lab({ labId }, options))) await again?.()
      },
      'open-url': ({ url }) => run(() => openUrl(url)),
      ...(again ? { retry: again } : {}),
      ...(editAddress ? { 'edit-address': editAddress } : {}),
      ...(enterSecret ? { 'enter-secret': enterSecret } : {}),
      ...(usePort ? { 'use-port': ({ port }) => usePort(port) } : {}),
      ...(correct
        ? {
            'enter-sudo-password': () => correct({}),
            'install-without-root': () => correct({ withoutRoot: true }),
            ...(usePort ? {} : { 'use-port': ({ port }) => correct({ bridgePort: port }) }),
          }
        : {}),
      ...(serverId === undefined
        ? {}
        : {
            'restart-relay': async () => {
              if (await run((options) => api.servers.restart({ serverId }, options))) await again?.()
            },
            'open-host-firewall': async () => {
              if (await run((options) => api.servers.openHostFirewall({ serverId }, options))) await again?.()
            },
          }),
      ...(tunnelId === undefined
        ? {}
        : {
            'accept-change': ({ agentKey }) =>
              run((options) => api.tunnels.acceptChange({ tunnelId, agentKey }, options)),
            'keep-private': () => run((options) => api.tunnels.edit({ tunnelId, reach: 'laptop' }, options)),
          }),
      // The sign-in shows both fingerprints and asks; a key that changed is not accepted by a button of a panel.
      ...(enterSecret ? { 'accept-host-key': enterSecret } : {}),
    }
  }
}
