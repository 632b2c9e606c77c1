import { computed } from 'vue'
import type { ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { useBackend } from '../../carrier/use-backend.ts'
import { useFormat } from '../../format/use-format.ts'
import { useNow } from '../../format/use-now.ts'
import { thingsThatNeedYou } from '../../machines/things-that-need-you.ts'
import { useOverview } from '../../stores/use-overview.ts'
import { tunnelLook } from '../../tunnels/tunnel-state.ts'

/** More tunnels than this are shown in tight rows, and counted in the sentence. */
export const fewTunnels = 12

/** The sentence that Home opens with, and the evidence below it. */
export function useHomeSentence(): ComputedRef<{ title: string; text: string }> {
  const { t } = useI18n({ useScope: 'global' })
  const overview = useOverview()
  const format = useFormat()
  const now = useNow()
  /** Why is said below the page. */
  const { state } = useBackend().connection
  const isLost = computed(() => state.value.state === 'lost')

  return computed(() => {
    const { overview: value, tunnels } = overview
    if (!value) return { title: t(isLost.value ? 'home.notConnected' : 'home.loading'), text: '' }
    if (!value.laptopOnline && !value.trial) return { title: t('home.offline'), text: t('home.offlineText') }

    const looks = tunnels.map((tunnel) => tunnelLook(tunnel, now.value))
    const count = (look: string): number => looks.filter((one) => one.look === look).length
    const ready = count('ready') + count('unproved')
    const total = tunnels.length
    const all = thingsThatNeedYou(value, now.value)
    const needs = all.length
    const say = (key: string, number: number): string => t(key, { number: format.numberWord(number) }, number)

    const checked = tunnels.flatMap(({ status }) => (status.state === 'ready' ? [status.checkedAtMs] : []))
    const checkedAgo = checked.length
      ? t('home.checkedAgo', { duration: format.duration(now.value - Math.min(...checked)) })
      : ''
    const parts = [
      needs > 0 ? say('home.subNeeds', needs) : '',
      count('paused') > 0 ? say('home.subPaused', count('paused')) : '',
    ].filter(Boolean)
    const evidence = (list: readonly string[]): string => {
      const sentence = list.join(t('home.comma'))
      return [sentence && capital(sentence) + t('home.stop'), checkedAgo]
        .filter(Boolean)
        .join(t('ui.sentenceSpace'))
    }

    if (total === 0) return emptyOrNeeds()
    const [first] = all
    if (first?.kind === 'server' && needs === 1 && first.tunnels.length > 0) {
      const number = format.numberWord(first.tunnels.length)
      const { name: server } = first.server
      return {
        title: t('home.waitFor', { number: capital(number), server }, first.tunnels.length),
        text: t('home.waitForText'),
      }
    }
    if (ready === total) {
      return { title: total === 2 ? t('home.bothReady') : say('home.allReady', total), text: checkedAgo }
    }
    if (total > fewTunnels) return { title: t('home.partReady', { ready, total }), text: evidence(parts) }
    const readyPart = t('home.subReady', { ready, total })
    if (needs > 0)
      return { title: capital(say('home.needYou', needs)), text: evidence([readyPart, ...parts.slice(1)]) }
    if (count('checking') === total) return { title: say('home.checking', total), text: '' }
    if (count('paused') === total) return { title: say('home.paused', total), text: '' }
    if (count('unknown') === total) return { title: say('home.unknown', total), text: '' }
    return { title: t('home.partReady', { ready, total }), text: evidence(parts) }

    function emptyOrNeeds(): { title: string; text: string } {
      if (needs > 0) return { title: capital(say('home.needYou', needs)), text: '' }
      const waiting = overview.servers.find((server) => server.link.state === 'not-set-up')
      if (waiting)
        return { title: t('home.setupOpen', { server: waiting.name }), text: t('home.setupOpenText') }
      const server = overview.servers[0]
      if (overview.labs.length === 0 && server) {
        return { title: t('home.noLabs'), text: t('home.noLabsText', { server: server.name }) }
      }
      const others = value?.otherTunnels.length ?? 0
      if (others > 0)
        return { title: capital(say('home.onlyOthers', others)), text: t('home.onlyOthersText', others) }
      return { title: t('home.noTunnels'), text: t('home.noTunnelsText') }
    }
  })
}

function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1)
}
