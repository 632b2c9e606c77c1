import type { OutputPlace, TerminalOutput, TerminalSize } from '@nps-desktop/electron/contract'
import { FitAddon } from '@xterm/addon-fit'
import { SearchAddon } from '@xterm/addon-search'
import { Unicode11Addon } from '@xterm/addon-unicode11'
import { WebLinksAddon } from '@xterm/addon-web-links'
import { Terminal as Xterm } from '@xterm/xterm'
import '@xterm/xterm/css/xterm.css'
import { ref, shallowRef } from 'vue'
import type { Backend } from '../carrier/use-backend.ts'
import { follow } from '../carrier/follow.ts'
import { ReplayedText } from './replayed-text.ts'
import { isForPage } from './terminal-keys.ts'
import { readMarks, readTheme } from './terminal-theme.ts'
import { TypedText } from './typed-text.ts'

/** Told to the backend each time this much more has been drawn, in UTF-16 units; it sends four times as much ahead. */
const acknowledgeEvery = 64 * 1024
const scrollback = 10_000

/** What one terminal shows: it goes on while another page, or another tab, is in front. */
export class TerminalScreen {
  readonly element = document.createElement('div')
  /** As the lab box names the window. */
  readonly title = ref('')
  readonly size = shallowRef<TerminalSize>({ cols: 80, rows: 24 })
  /** Which of how many places a search is at, from 1; `at` is 0 where they are too many to be counted. */
  readonly found = shallowRef<{ at: number; count: number } | null>(null)
  readonly typed: TypedText
  readonly #xterm: Xterm
  readonly #replayed: ReplayedText
  readonly #fit = new FitAddon()
  readonly #search = new SearchAddon()
  readonly #stop = new AbortController()
  readonly #backend: Backend
  readonly #terminalId: string
  #place: OutputPlace | null = null
  #acknowledged = 0
  #isAway = false

  constructor(options: {
    terminalId: string
    backend: Backend
    fontSize: number
    onLink: (url: string) => void
  }) {
    const { terminalId, backend, fontSize, onLink } = options
    this.#terminalId = terminalId
    this.#backend = backend
    this.element.className = 'screen'
    const { api, connection } = backend
    this.typed = new TypedText(async (text) => (await api.terminals.write({ terminalId, text })).taken)
    const xterm = new Xterm({
      allowProposedApi: true,
      cursorBlink: false,
      cursorInactiveStyle: 'outline',
      fontFamily: getComputedStyle(document.documentElement).getPropertyValue('--mono'),
      fontSize,
      lineHeight: 1.2,
      // of a link whose text is not its address (OSC 8): xterm's own handler asks in a dialog of the browser, and opens a window
      linkHandler: {
        activate: (_event, url) => onLink(url),
        hover: (_event, url) => {
          this.element.title = url
        },
        leave: () => this.element.removeAttribute('title'),
      },
      minimumContrastRatio: 4.5,
      scrollback,
      theme: readTheme({ isAway: false, isSearching: false }),
      overviewRuler: { width: 10 },
    })
    this.#xterm = xterm
    this.#replayed = new ReplayedText(xterm)
    xterm.loadAddon(this.#fit)
    xterm.loadAddon(this.#search)
    xterm.loadAddon(new Unicode11Addon())
    xterm.unicode.activeVersion = '11'
    xterm.loadAddon(new WebLinksAddon((_event, url) => onLink(url)))
    xterm.attachCustomKeyEventHandler((event) => !isForPage(event))
    xterm.onData((text) => {
      if (!this.#replayed.isAnswer(text)) this.typed.add(text)
    })
    xterm.onTitleChange((title) => {
      this.title.value = title.slice(0, 300)
    })
    xterm.onResize((size) => {
      this.size.value = size
      // one that is away takes the size when it is back
      api.terminals.resize({ terminalId, size }).catch(() => undefined)
    })
    this.#search.onDidChangeResults(({ resultIndex, resultCount }) => {
      const isFirst = this.found.value === null
      this.found.value = { at: resultIndex + 1, count: resultCount }
      if (isFirst) this.recolour()
    })
    void follow<TerminalOutput>(
      connection,
      (call) => api.terminals.output({ terminalId, from: this.#place }, call),
      (piece) => this.#draw(piece),
      { signal: this.#stop.signal },
    )
  }

  /** Its element stands in the page now. */
  show(): void {
    if (this.#xterm.element === undefined) this.#xterm.open(this.element)
    this.fit()
    this.#xterm.focus()
  }

  /** Takes all the room there is. */
  fit(): void {
    if (this.element.isConnected && this.element.clientHeight > 0) this.#fit.fit()
  }

  focus(): void {
    this.#xterm.focus()
  }

  setFontSize(fontSize: number): void {
    this.#xterm.options.fontSize = fontSize
    this.fit()
  }

  /** Whether the text is older than its shell. */
  setAway(isAway: boolean): void {
    if (isAway === this.#isAway) return
    this.#isAway = isAway
    this.recolour()
  }

  /** The page's colours are others now. */
  recolour(): void {
    this.#xterm.options.theme = readTheme({ isAway: this.#isAway, isSearching: this.found.value !== null })
  }

  find(text: string, direction: 'next' | 'previous' | 'typing'): void {
    const options = { decorations: readMarks() }
    if (text === '') this.endSearch()
    else if (direction === 'previous') this.#search.findPrevious(text, options)
    else this.#search.findNext(text, { ...options, incremental: direction === 'typing' })
  }

  endSearch(): void {
    this.#search.clearDecorations()
    this.#xterm.clearSelection()
    this.found.value = null
    this.recolour()
  }

  /** What is selected; empty: nothing. */
  get selection(): string {
    return this.#xterm.getSelection()
  }

  /** Leaves the line of the cursor alone. */
  clear(): void {
    this.#xterm.clear()
  }

  close(): void {
    this.#stop.abort()
    this.#xterm.dispose()
    this.element.remove()
  }

  #draw({ place, text, reset, replay }: TerminalOutput): void {
    // in the order of what is written
    if (reset) this.#xterm.write('\u001bc\u001b[3J')
    // for the next subscription, which may come before this is drawn
    this.#place = place
    const drawn = (): void => {
      if (reset) this.#acknowledged = 0
      if (place.offset - this.#acknowledged < acknowledgeEvery) return
      this.#acknowledged = place.offset
      const { api } = this.#backend
      // a backend that is away forgets how far this page is, and is told by the next subscription
      api.terminals.acknowledge({ terminalId: this.#terminalId, place }).catch(() => undefined)
    }
    if (replay) this.#replayed.write(text, drawn)
    else this.#xterm.write(text, drawn)
  }
}
