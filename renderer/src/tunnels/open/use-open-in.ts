import { leadsToOwnSshd } from '@nps-desktop/electron/contract'
import type { Failure, OpenInProgram, OpenInView, Tunnel } from '@nps-desktop/electron/contract'
import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { failureOf } from '../../carrier/failure-of-call.ts'
import { useScopeSignal } from '../../carrier/scope-signal.ts'
import { useBackend } from '../../carrier/use-backend.ts'
import { useFeed } from '../../carrier/use-follow.ts'
import { useOverview } from '../../stores/use-overview.ts'
import { useTimer } from '../../ui/use-timer.ts'

/** A lab box and the program that it is to be opened in. */
export interface OpenInWish {
  labId: string
  program: OpenInProgram
  /** An absolute path on the lab box. */
  folder?: string
}

/** How long the line about it stands: a program takes that long to show its window. */
const shownMs = 4_000

/** Lab boxes in other programs of this computer: which programs there are, the question before the first time, and why it failed. */
export const useOpenIn = defineStore('open-in', () => {
  const { api } = useBackend()
  const overview = useOverview()
  const signal = useScopeSignal()
  const { value: view } = useFeed<OpenInView>((options) => api.openIn.watch({}, options))
  /** Waits for an answer about the entries. */
  const asked = shallowRef<OpenInWish | null>(null)
  const opening = shallowRef<OpenInWish | null>(null)
  const failed = shallowRef<{ wish: OpenInWish; failure: Failure } | null>(null)
  const busy = ref(false)
  const timer = useTimer()

  /** For an SSH tunnel that leads to its lab box's own sshd; none for others, and none for the trial. */
  function programsOf(tunnel: Tunnel): readonly OpenInProgram[] {
    const isTrial = overview.serverOf(tunnel.serverId)?.local ?? true
    return isTrial || !leadsToOwnSshd(tunnel) ? [] : (view.value?.programs ?? [])
  }
  function tunnelOf(labId: string): Tunnel | null {
    return overview.tunnelsOf(labId).find(leadsToOwnSshd) ?? null
  }

  /** Asks first, once; a terminal needs no entry. */
  async function choose(wish: OpenInWish): Promise<void> {
    if (view.value?.entries === 'unasked' && wish.program !== 'terminal') asked.value = wish
    else await open(wish)
  }
  async function answer(isOn: boolean): Promise<void> {
    const wish = asked.value
    if (wish) await open(wish, () => api.openIn.keepEntries({ isOn }, { signal }))
  }
  async function open(
    wish: OpenInWish,
    before: () => Promise<unknown> = async () => undefined,
  ): Promise<void> {
    if (busy.value) return
    busy.value = true
    opening.value = wish
    failed.value = null
    try {
      await before()
      asked.value = null
      const { link } = await api.openIn.open(wish, { signal })
      // the browser asks before it follows it, and stays on this page
      if (link !== null) window.location.assign(link)
      timer.after(shownMs, () => {
        opening.value = null
      })
    } catch (error) {
      opening.value = null
      const failure = failureOf(error)
      if (failure) failed.value = { wish, failure }
    } finally {
      busy.value = false
    }
  }
  return { view, asked, opening, failed, busy, programsOf, tunnelOf, choose, answer, open }
})
