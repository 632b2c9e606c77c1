import type { IFunctionIdentifier, Terminal as Xterm } from '@xterm/xterm'

/** What programs ask of a terminal: its kind, the state of a mode, the place of the cursor. */
const questions: readonly IFunctionIdentifier[] = [
  { final: 'c' },
  { prefix: '>', final: 'c' },
  { prefix: '=', final: 'c' },
  { prefix: '>', final: 'q' },
  { final: 'n' },
  { prefix: '?', final: 'n' },
  { intermediates: '$', final: 'p' },
  { prefix: '?', intermediates: '$', final: 'p' },
  { final: 't' },
]
/** Colours that are asked for with a question mark, and set otherwise. */
const colours = [4, 10, 11, 12]
/** Told as soon as a program wants to know when the window has the focus. */
const focus = new Set(['\u001b[I', '\u001b[O'])

/**
 * Text that some page has shown before: what it asks of the terminal was answered then, and an answer now would be typed into
 * the shell. What a person types while it is drawn is not touched.
 */
export class ReplayedText {
  readonly #xterm: Xterm
  #isDrawing = false

  constructor(xterm: Xterm) {
    this.#xterm = xterm
    const { parser } = xterm
    for (const id of questions) parser.registerCsiHandler(id, () => this.#isDrawing)
    parser.registerDcsHandler({ intermediates: '$', final: 'q' }, () => this.#isDrawing)
    for (const colour of colours)
      parser.registerOscHandler(colour, (data) => this.#isDrawing && data.includes('?'))
  }

  /** After what was written before; `done` is called when it is drawn. */
  write(text: string, done: () => void): void {
    this.#xterm.write('', () => (this.#isDrawing = true))
    this.#xterm.write(text, () => {
      this.#isDrawing = false
      done()
    })
  }

  /** Whether this came of the text, and of no key. */
  isAnswer(data: string): boolean {
    return this.#isDrawing && focus.has(data)
  }
}
