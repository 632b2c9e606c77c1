import { type BrowserWindow, dialog } from 'electron'
import type { CannotStart } from '@nps-desktop/electron/contract'
import { wordsFor } from './menu-words.ts'

/** Says why the app cannot start, in the system's language: the person's own choice is in the app's data, which may not open. */
export async function askAfterFailedStart(
  { code, message }: CannotStart,
  window: BrowserWindow | undefined,
): Promise<'try-again' | 'quit'> {
  const words = wordsFor('system').cannotStart
  const advice = new Map([
    ['storage-in-use', words.inUse],
    ['storage-failed', words.refused],
  ]).get(code)
  const options = {
    type: 'error' as const,
    title: 'NPS Desktop',
    message: advice === undefined ? words.title : words.noData,
    detail: advice === undefined ? message : `${advice}\n\n${message}`,
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
