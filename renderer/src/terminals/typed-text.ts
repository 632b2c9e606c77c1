import { maxTypedLength } from '@nps-desktop/electron/contract'
import { readonly, ref } from 'vue'

/** More than anyone types while a connection is away, and room for a pasted file. */
const maxWaiting = 1024 * 1024

/**
 * What is typed into one terminal, sent in its order: one call at a time, which also joins what is typed meanwhile. Without a
 * connection it waits.
 */
export class TypedText {
  readonly #send: (text: string) => Promise<boolean>
  readonly #waiting = ref(0)
  readonly #isFull = ref(false)
  #queue = ''
  #isOpen = false
  #isOver = false
  #isSending = false

  /** `send` answers false, or rejects, where nothing was sent. */
  constructor(send: (text: string) => Promise<boolean>) {
    this.#send = send
  }

  /** Characters that have not been sent yet. */
  readonly waiting = readonly(this.#waiting)
  /** Something was too long to wait, and was left out whole. */
  readonly isFull = readonly(this.#isFull)

  add(text: string): void {
    if (this.#isOver) return
    this.#isFull.value = this.#queue.length + text.length > maxWaiting
    if (this.#isFull.value) return
    this.#queue += text
    this.#tell()
    void this.#go()
  }

  setOpen(isOpen: boolean): void {
    this.#isOpen = isOpen
    this.#isOver = false
    void this.#go()
  }

  /** What waits was meant for a shell that is no more, and so is what is typed until the next begins. */
  clear(): void {
    this.#isOver = true
    this.#queue = ''
    this.#isFull.value = false
    this.#tell()
  }

  async #go(): Promise<void> {
    if (this.#isSending) return
    this.#isSending = true
    try {
      while (this.#isOpen && this.#queue !== '') {
        const piece = firstOf(this.#queue)
        if (!(await this.#send(piece))) return
        this.#queue = this.#queue.slice(piece.length)
        this.#tell()
      }
    } catch {
      // the state of the terminal says why, and its next one starts over
    } finally {
      this.#isSending = false
    }
  }

  #tell(): void {
    this.#waiting.value = this.#queue.length
  }
}

/** As much as one call takes, and no half of a character. */
function firstOf(text: string): string {
  const last = text.charCodeAt(maxTypedLength - 1)
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? maxTypedLength - 1 : maxTypedLength)
}
