import { join } from 'node:path'
import { BrowserWindow, nativeTheme, screen, shell } from 'electron'
import { appOrigin } from './app-protocol.ts'
import { minimumSize, readWindowState, writeWindowState } from './window-state.ts'

/** How long the window must rest before its place is written. */
const settleMs = 500

const background = () => (nativeTheme.shouldUseDarkColors ? '#1c1e22' : '#fcfcfd')

/**
 * The one window. Sandboxed, without Node, and it never leaves `app://`: a link to the web opens in the browser.
 * @param shouldHide asked at close: true hides the window (the tray keeps the app).
 */
export function createMainWindow(options: {
  dataFolder: string
  preload: string
  shouldHide: () => boolean
  log: (message: string) => void
}): BrowserWindow {
  const state = readWindowState(
    options.dataFolder,
    screen.getAllDisplays().map((display) => display.workArea),
  )
  const window = new BrowserWindow({
    width: state.width,
    height: state.height,
    ...state.position,
    minWidth: minimumSize.width,
    minHeight: minimumSize.height,
    show: false,
    title: 'NPS Desktop',
    backgroundColor: background(),
    ...titleBar(),
    webPreferences: {
      preload: options.preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      spellcheck: false,
    },
  })
  if (state.maximized) window.maximize()
  window.once('ready-to-show', () => window.show())

  window.webContents.setWindowOpenHandler(({ url }) => {
    openInBrowser(url)
    return { action: 'deny' }
  })
  window.webContents.on('will-navigate', (event) => {
    if (!event.url.startsWith(`${appOrigin}/`)) event.preventDefault()
  })
  window.webContents.on('will-attach-webview', (event) => event.preventDefault())
  const { session } = window.webContents
  session.setPermissionRequestHandler((_contents, permission, answer) => answer(isAllowed(permission)))
  // asked without a prompt, by the page and by what would run in it: the same answer
  session.setPermissionCheckHandler((_contents, permission) => isAllowed(permission))

  let timer: NodeJS.Timeout | undefined
  const remember = () => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      if (window.isDestroyed()) return
      const { x, y, width, height } = window.getNormalBounds()
      const place = { position: { x, y }, width, height, maximized: window.isMaximized() }
      writeWindowState(options.dataFolder, place).catch((error: unknown) =>
        options.log(`The window's place could not be kept: ${String(error)}`),
      )
    }, settleMs)
  }
  window.on('resize', remember)
  window.on('move', remember)
  window.on('maximize', remember)
  window.on('unmaximize', remember)
  window.on('close', (event) => {
    if (!options.shouldHide()) return
    event.preventDefault()
    window.hide()
  })
  const onTheme = () => window.setBackgroundColor(background())
  nativeTheme.on('updated', onTheme)
  window.on('closed', () => {
    clearTimeout(timer)
    nativeTheme.off('updated', onTheme)
  })
  return window
}

/** The page puts text on the clipboard when a button is pressed. It reads nothing from it, and needs nothing else. */
function isAllowed(permission: string): boolean {
  return permission === 'clipboard-sanitized-write'
}

/** Only web addresses leave the app. */
export function openInBrowser(url: string): void {
  if (/^https?:\/\//.test(url)) void shell.openExternal(url)
}

/** The page draws its own 44 px bar, with room for what the system draws over it. */
function titleBar(): Partial<Electron.BrowserWindowConstructorOptions> {
  if (process.platform === 'darwin')
    return { titleBarStyle: 'hiddenInset', trafficLightPosition: { x: 14, y: 15 } }
  if (process.platform === 'win32')
    return { titleBarStyle: 'hidden', titleBarOverlay: { height: 44, color: '#00000000' } }
  return {}
}

export const preloadPath = (folder: string): string => join(folder, 'preload.cjs')
