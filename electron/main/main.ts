import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { DesktopContract, NoticePage, Settings } from '@nps-desktop/electron/contract'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'
import type { ContractRouterClient } from '@orpc/contract'
import { app, type BrowserWindow, ipcMain, MessageChannelMain, nativeTheme, powerMonitor } from 'electron'
import packageJson from '../package.json' with { type: 'json' }
import { appOrigin, registerAppScheme, serveApp } from './app-protocol.ts'
import { Notifications } from './notifications.ts'
import { languageOf } from './menu-words.ts'
import { BackendProcess } from './backend-process.ts'
import { askAfterFailedStart } from './cannot-start-dialog.ts'
import { DeepLinks } from './deep-links.ts'
import { createDesktopShell, secretStorageKind } from './desktop-shell.ts'
import { isHiddenStart, openLoginStart } from './login/login-start.ts'
import { createMainWindow, preloadPath } from './main-window.ts'
import { OpenInPrograms } from './programs/open-in-programs.ts'
import { AppTray } from './tray.ts'
import { openUpdates, type Updates } from './updates/open-updates.ts'

/**
 * Electron's main process: windows, tray, menu, links and the keychain. Everything else is in the backend,
 * a process of its own.
 */

const here = import.meta.dirname
const deepLinks = new DeepLinks()
let window: BrowserWindow | undefined
let tray: AppTray | undefined
let backend: BackendProcess | undefined
let updates: Updates | undefined
let closeToTray = true
let language: Settings['language'] = 'system'
const notifications = new Notifications({ open: openPage })
let isQuitting = false

/** A package may have been made as another version than its sources say. */
const version = app.isPackaged ? app.getVersion() : packageJson.version

const usage = `NPS Desktop ${version}

Opens its window, or the one that is open already. Of links as an argument, nps-desktop://open shows the window,
nps-desktop://tunnel/<id>, lab/<id> and server/<id> that page, and nps-desktop://connect?... the form for that server.
NPS_DESKTOP_DATA names another folder for its data.
--hidden   starts in the tray, without a window
--help     this text
`

const log = (message: string) => process.stderr.write(`${new Date().toISOString()} main ${message}\n`)

if (process.env['NPS_DESKTOP_DATA'] !== undefined) app.setPath('userData', process.env['NPS_DESKTOP_DATA'])

if (process.argv.slice(1).some((argument) => argument === '--help' || argument === '-h')) {
  process.stdout.write(usage)
  app.exit(0)
} else if (app.requestSingleInstanceLock()) start()
else app.quit()

function start(): void {
  // Windows groups windows and notifications by it, and finds the app's shortcut; elsewhere it does nothing
  app.setAppUserModelId('org.nps-desktop.app')
  registerAppScheme()
  deepLinks.pushFrom(process.argv)
  if (app.isPackaged) app.setAsDefaultProtocolClient('nps-desktop')
  app.on('second-instance', (_event, argv) => {
    deepLinks.pushFrom(argv)
    if (!isHiddenStart(argv)) openWindow()
  })
  app.on('open-url', (event, url) => {
    event.preventDefault()
    deepLinks.push(url)
    openWindow()
  })
  app.on('activate', openWindow)
  app.on('window-all-closed', () => {
    if (!closeToTray) app.quit()
  })
  app.on('before-quit', (event) => {
    isQuitting = true
    const ending = backend
    if (ending === undefined) return
    event.preventDefault()
    backend = undefined
    updates?.close()
    void ending.close().then(() => app.quit())
  })
  void app.whenReady().then(onReady)
}

function onReady(): void {
  const dataFolder = app.getPath('userData')
  mkdirSync(dataFolder, { recursive: true })
  chmodSync(dataFolder, 0o700)
  serveApp(join(here, 'renderer'))
  updates = openUpdates({ ownConfig: join(here, 'app-update.yml'), log })
  backend = new BackendProcess({
    script: join(here, 'backend.js'),
    start: {
      version,
      dataFolder,
      programsFolder: app.isPackaged
        ? join(process.resourcesPath, 'programs')
        : join(here, '../../../build/out'),
      downloadsFolder: app.getPath('downloads'),
      tray: true,
      updateAddress: updates.builtInAddress,
      secretStorage: secretStorageKind(),
    },
    shell: createDesktopShell({
      window: () => window,
      deepLinks,
      updates,
      loginStart: openLoginStart({ script: join(here, 'main.js') }),
      programs: new OpenInPrograms(),
    }),
    onRestarted: connectAll,
    onCannotStart: (why) => {
      void askAfterFailedStart(why, window).then((choice) => {
        if (choice === 'quit') app.quit()
        else if (backend !== undefined) {
          backend.start()
          connectAll()
        }
      })
    },
    log,
  })
  backend.start()
  tray = new AppTray({ iconsFolder: join(here, 'icons'), open: openWindow, quit: () => app.quit() })
  connectMain()
  ipcMain.on('connect', (event) => {
    // our window, its top frame, our origin: nobody else gets a port
    if (window === undefined || event.sender !== window.webContents) return
    if (
      event.senderFrame === null ||
      event.senderFrame.parent !== null ||
      event.senderFrame.origin !== appOrigin
    )
      return
    connectPage(window)
  })
  powerMonitor.on('resume', () => log('The computer is awake again.'))
  // on a Mac the system tells; elsewhere the argument that the entry has
  const isAtLogin = process.platform === 'darwin' && app.getLoginItemSettings().wasOpenedAtLogin
  if (!isAtLogin && !isHiddenStart(process.argv)) openWindow()
}

function openWindow(): void {
  if (!app.isReady()) return
  if (window !== undefined) {
    if (window.isMinimized()) window.restore()
    window.show()
    window.focus()
    return
  }
  window = createMainWindow({
    dataFolder: app.getPath('userData'),
    preload: preloadPath(here),
    shouldHide: () => closeToTray && !isQuitting,
    log,
  })
  window.on('closed', () => (window = undefined))
  void window.loadURL(`${appOrigin}/index.html`)
}

/** What a click on a notification asks for. */
function openPage(page: NoticePage): void {
  if (page.name === 'server') deepLinks.push(`nps-desktop://server/${page.serverId}`)
  if (page.name === 'lab') deepLinks.push(`nps-desktop://lab/${page.labId}`)
  if (page.name === 'tunnel') deepLinks.push(`nps-desktop://tunnel/${page.tunnelId}`)
  openWindow()
}

/** After a start of the backend: ports given before are dead. */
function connectAll(): void {
  connectMain()
  if (window !== undefined) connectPage(window)
}

function connectPage(page: BrowserWindow): void {
  const { port1, port2 } = new MessageChannelMain()
  backend?.connect(port1)
  page.webContents.postMessage('port', null, [port2])
}

/** Main reads the same feeds as the page: for the tray, the theme, and what closing the window means. */
function connectMain(): void {
  const { port1, port2 } = new MessageChannelMain()
  backend?.connect(port1)
  const client: ContractRouterClient<DesktopContract> = createORPCClient(new RPCLink({ port: port2 }))
  port2.start()
  tray?.update({ client })
  follow(async () => {
    for await (const notice of await client.notices.watch({}))
      notifications.show(notice, languageOf(language))
  })
  follow(async () => {
    for await (const overview of await client.overview.watch({})) tray?.update({ overview })
  })
  follow(async () => {
    for await (const settings of await client.app.settings.watch({})) applySettings(settings)
  })
}

/** A feed ends with its backend; `onRestarted` makes the next one. */
function follow(feed: () => Promise<void>): void {
  feed().catch((error: unknown) => {
    if (!isQuitting) log(`A feed of the backend ended: ${String(error)}`)
  })
}

function applySettings(settings: Settings): void {
  closeToTray = settings.closeToTray
  language = settings.language
  nativeTheme.themeSource = settings.theme
  tray?.update({ settings })
  updates?.choose(settings)
}
