import { type Notice, type NoticePage, noticeWords } from '@nps-desktop/electron/contract'
import { Notification } from 'electron'
import { plainBody } from './plain-body.ts'

/** Those that may still be clicked; older ones the system has put away. */
const maxShown = 50

/** Shows what the backend has to tell, one notification for each cause. */
export class Notifications {
  readonly #shown = new Map<string, Notification>()
  readonly #open: (page: NoticePage) => void

  /** `open`: brings the window to the front, with this page. */
  constructor(options: { open: (page: NoticePage) => void }) {
    this.#open = options.open
  }

  show(notice: Notice, language: 'en' | 'zh-CN'): void {
    if (!Notification.isSupported()) return
    this.#shown.get(notice.cause)?.close()
    const { title, body } = noticeWords(notice, language)
    const notification = new Notification({ title, body: plainBody(body, process.platform) })
    this.#shown.delete(notice.cause)
    this.#shown.set(notice.cause, notification)
    for (const [cause] of this.#shown) {
      if (this.#shown.size <= maxShown) break
      this.#shown.delete(cause)
    }
    notification.on('click', () => this.#open(notice.page))
    notification.show()
  }
}
