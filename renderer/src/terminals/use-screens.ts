import { defineStore } from 'pinia'
import { ref, shallowRef, watch } from 'vue'
import { useBackend } from '../carrier/use-backend.ts'
import { usePreferences } from '../stores/use-preferences.ts'
import { useTerminals } from '../stores/use-terminals.ts'
import { TerminalScreen } from './terminal-screen.ts'

const sizeKey = 'nps-desktop:terminal-font-size'
const usualSize = 13
const minFontSize = 9
const maxFontSize = 28

/** A link that was clicked, and in which terminal. */
export interface ClickedLink {
  readonly terminalId: string
  readonly url: string
}

/** What each open terminal shows, from the first visit to the terminal page until the terminal is closed. */
export const useScreens = defineStore('terminal-screens', () => {
  const backend = useBackend()
  const terminals = useTerminals()
  const preferences = usePreferences()
  const screens = shallowRef<ReadonlyMap<string, TerminalScreen>>(new Map())
  const clicked = shallowRef<ClickedLink | null>(null)
  const fontSize = ref(Number(localStorage.getItem(sizeKey)) || usualSize)

  watch(
    () => terminals.terminals,
    (all) => {
      const next = new Map<string, TerminalScreen>()
      for (const { id, state } of all) {
        const screen = screens.value.get(id) ?? make(id)
        screen.typed.setOpen(state.state === 'open')
        screen.setAway(state.state === 'lost')
        if (state.state === 'ended') screen.typed.clear()
        next.set(id, screen)
      }
      for (const [id, screen] of screens.value) if (!next.has(id)) screen.close()
      screens.value = next
    },
    { immediate: true },
  )

  function make(terminalId: string): TerminalScreen {
    return new TerminalScreen({
      terminalId,
      backend,
      fontSize: fontSize.value,
      onLink: (url) => {
        clicked.value = { terminalId, url }
      },
    })
  }
  function recolour(): void {
    for (const screen of screens.value.values()) screen.recolour()
  }
  // after the page has its new theme
  watch(() => preferences.theme, recolour, { flush: 'post' })
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', recolour)

  return {
    screens,
    clicked,
    /** By this many points, or back to the usual size. */
    zoom: (by: 1 | -1 | 'usual') => {
      const size = by === 'usual' ? usualSize : fontSize.value + by
      fontSize.value = Math.min(maxFontSize, Math.max(minFontSize, size))
      localStorage.setItem(sizeKey, String(fontSize.value))
      for (const screen of screens.value.values()) screen.setFontSize(fontSize.value)
    },
  }
})
