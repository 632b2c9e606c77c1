import { type BrowserWindow, dialog } from 'electron'
import type { CannotStart } from '@nps-desktop/electron/contract'
import { wordsFor } from './menu-words.ts'

/** Says why the app's data cannot be opened, in the system's language: the person's own choice is in that data. */
export async function askAfterFailedStart(
  { code, message }: CannotStart,
  window: BrowserWindow | undefined,
): Promise<'try-again' | 'quit'> {
  const words = wordsFor('system').cannotStart
  const options = {
    type: 'error' as const,
    title: 'NPS Desktop',
    message: words.title,
    detail: `${code === 'storage-in-use' ? words.inUse : words.otherwise}\n\n${message}`,
    buttons: [words.tryAgain, words.quit],
    defaultId: 0,
    cancelId: 1,
    noLink: true,
  }
  const { response } = await (window
    ? dialog.showMessageBox(window, options)
    : dialog.showMessageBox(options))
  return response === 0 ? 'try-again' : 'quit'
}
