import { shellContract } from '@nps-desktop/electron/contract'
import { implement } from '@orpc/server'
import { dialog, safeStorage, shell, type BrowserWindow } from 'electron'
import type { DeepLinks } from './deep-links.ts'
import type { LoginStart } from './login/login-start.ts'
import { openInBrowser } from './main-window.ts'
import type { OpenInPrograms } from './programs/open-in-programs.ts'
import type { Updates } from './updates/open-updates.ts'

/** Main's answers to the backend: the keychain, dialogs, the browser, newer versions, the start at login, other programs, links that arrived. */
export function createDesktopShell(options: {
  window: () => BrowserWindow | undefined
  deepLinks: DeepLinks
  updates: Updates
  loginStart: LoginStart
  programs: OpenInPrograms
}) {
  const os = implement(shellContract)
  return os.router({
    encrypt: os.encrypt.handler(({ input }) => ({
      sealed: safeStorage.encryptString(input.plain).toString('base64'),
    })),
    decrypt: os.decrypt.handler(({ input }) => ({
      plain: safeStorage.decryptString(Buffer.from(input.sealed, 'base64')),
    })),
    openUrl: os.openUrl.handler(({ input }) => {
      openInBrowser(input.url)
      return {}
    }),
    openFolder: os.openFolder.handler(async ({ input }) => {
      const problem = await shell.openPath(input.path)
      if (problem !== '') throw new Error(`${input.path} cannot be opened: ${problem}`)
      return {}
    }),
    pickKeyFile: os.pickKeyFile.handler(async () => {
      const window = options.window()
      const choice = { properties: ['openFile' as const, 'showHiddenFiles' as const] }
      const { canceled, filePaths } = await (window === undefined
        ? dialog.showOpenDialog(choice)
        : dialog.showOpenDialog(window, choice))
      return { path: canceled ? null : (filePaths[0] ?? null) }
    }),
    pickFiles: os.pickFiles.handler(async ({ input }) => {
      const window = options.window()
      // a system's dialog chooses files or folders, not both
      const kind = input.what === 'folder' ? ('openDirectory' as const) : ('openFile' as const)
      const choice = { properties: [kind, 'multiSelections' as const, 'showHiddenFiles' as const] }
      const { canceled, filePaths } = await (window === undefined
        ? dialog.showOpenDialog(choice)
        : dialog.showOpenDialog(window, choice))
      return { paths: canceled ? [] : filePaths }
    }),
    updates: {
      watch: os.updates.watch.handler(({ signal }) => options.updates.watch(signal)),
      check: os.updates.check.handler(() => {
        options.updates.check()
        return {}
      }),
      download: os.updates.download.handler(() => {
        options.updates.download()
        return {}
      }),
    },
    startAtLogin: {
      get: os.startAtLogin.get.handler(async () => ({ isOn: await options.loginStart.isOn() })),
      set: os.startAtLogin.set.handler(async ({ input }) => {
        try {
          await options.loginStart.set(input.isOn)
          return { problem: null }
        } catch (error) {
          return { problem: error instanceof Error ? error.message : String(error) }
        }
      }),
    },
    programs: {
      find: os.programs.find.handler(async () => ({ programs: await options.programs.find() })),
      open: os.programs.open.handler(async ({ input }) => {
        try {
          await options.programs.open(input.program, input.place)
          return { problem: null }
        } catch (error) {
          return { problem: error instanceof Error ? error.message : String(error) }
        }
      }),
    },
    deepLinks: os.deepLinks.handler(({ signal }) => options.deepLinks.listen(signal)),
  })
}

/**
 * On Linux without a keyring Electron falls back to a fixed key, which protects nothing: then the backend
 * uses its key file instead, and the page says so.
 */
export function secretStorageKind(): 'keychain' | 'key-file' {
  if (!safeStorage.isEncryptionAvailable()) return 'key-file'
  if (process.platform === 'linux' && safeStorage.getSelectedStorageBackend() === 'basic_text')
    return 'key-file'
  return 'keychain'
}
