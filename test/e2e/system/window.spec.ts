import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type ElectronApplication, type JSHandle, _electron } from '@playwright/test'
import type { BrowserWindow } from 'electron'
import { runKey } from '../../testbed/wine/windows.ts'
import { electronCommand } from '../app/electron-app.ts'
import { startTimeoutMs } from '../app/running-app.ts'
import { type App, expect, test } from '../app-fixture.ts'
import { SettingsPage } from '../pages/settings-page.ts'
import { WelcomePage } from '../pages/welcome-page.ts'

test.skip(({ host }) => host !== 'electron', 'a window is there only in Electron')

test('the page has no way to Node, and only one port to the backend', async ({ app }) => {
  await expect(new WelcomePage(app.page).heading).toBeVisible()
  const found = await app.page.evaluate(() => ({
    process: typeof Reflect.get(globalThis, 'process'),
    require: typeof Reflect.get(globalThis, 'require'),
    buffer: typeof Reflect.get(globalThis, 'Buffer'),
    origin: location.origin,
  }))
  expect(found).toEqual({
    process: 'undefined',
    require: 'undefined',
    buffer: 'undefined',
    origin: 'app://nps-desktop',
  })
  const preferences = await electronOf(app).evaluate(({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents
    // not in Electron's types; it answers what the window was really made with
    const get: unknown = contents && Reflect.get(contents, 'getLastWebPreferences')
    return typeof get === 'function' ? (get.call(contents) as Record<string, unknown>) : {}
  })
  expect(preferences).toMatchObject({ sandbox: true, contextIsolation: true, nodeIntegration: false })
})

test('the window never leaves the app: no navigation, no second window, no connection of its own', async ({
  app,
}) => {
  const { page } = app
  await expect(new WelcomePage(page).heading).toBeVisible()
  // a port that nothing listens on: a window that went there would show Chromium's error page
  const elsewhere = 'http://127.0.0.1:1/'
  expect(await page.evaluate((url) => window.open(url) === null, elsewhere)).toBe(true)
  // Main process and page are spoken to by connections of their own: the one listens before the other is asked to go.
  const navigation = await (
    await windowOf(app)
  ).evaluateHandle(({ webContents }) => ({
    prevented: new Promise((resolve) =>
      webContents.once('will-navigate', (event) => resolve([event.url, event.defaultPrevented])),
    ),
  }))
  await page.evaluate((url) => location.assign(url), elsewhere)
  expect(await navigation.evaluate(({ prevented }) => prevented)).toEqual([elsewhere, true])
  await page.evaluate(() => location.assign('file:///etc/passwd'))
  expect(await page.evaluate(() => [location.origin, document.querySelector('h1')?.textContent])).toEqual([
    'app://nps-desktop',
    'Your lab machine, from home.',
  ])
  expect(electronOf(app).windows()).toHaveLength(1)
  const refused = await page.evaluate(async (url) => {
    const violated = new Promise<string>((resolve) =>
      document.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective), {
        once: true,
      }),
    )
    await fetch(url).catch(() => undefined)
    return violated
  }, elsewhere)
  expect(refused).toBe('connect-src')
})

test('the page may put text on the clipboard, and is granted nothing else, asked or unasked', async ({
  app,
}) => {
  await expect(new WelcomePage(app.page).heading).toBeVisible()
  const states = await app.page.evaluate(async () => {
    const names = ['geolocation', 'notifications', 'camera', 'microphone', 'midi', 'clipboard-read'] as const
    // not all of these are in the types of every browser
    const asked = names.map((name) => navigator.permissions.query({ name: name as PermissionName }))
    return (await Promise.all(asked)).map(({ state }) => state)
  })
  expect([...new Set(states)]).toEqual(['denied'])
  await app.page.evaluate(() => navigator.clipboard.writeText('ssh -p 7001 goudan@120.1.1.2'))
  expect(await electronOf(app).evaluate(({ clipboard }) => clipboard.readText())).toBe(
    'ssh -p 7001 goudan@120.1.1.2',
  )
})

test('the menu has a way to quit, also where there is no tray', async ({ app }) => {
  await expect(new WelcomePage(app.page).heading).toBeVisible()
  const quit = await electronOf(app).evaluate(({ Menu }) => {
    const items = Menu.getApplicationMenu()?.items.flatMap(({ submenu }) => submenu?.items ?? []) ?? []
    return items.filter(({ role }) => role === 'quit').map(({ label, accelerator }) => [label, accelerator])
  })
  expect(quit).toEqual([['Quit', 'Ctrl+Q']])
})

test('a second start shows the first window again and ends', async ({ app }) => {
  await expect(new WelcomePage(app.page).heading).toBeVisible()
  const window = await windowOf(app)
  await window.evaluate((first) => first.minimize())
  expect(await secondStart(app)).toBe(0)
  await expect.poll(() => window.evaluate((first) => first.isMinimized())).toBe(false)
  expect(electronOf(app).windows()).toHaveLength(1)
})

test('a link of nps connect fills the form of the window that is open', async ({ app }) => {
  await expect(new WelcomePage(app.page).heading).toBeVisible()
  const link = `nps-desktop://connect?host=203.0.113.7&port=8024&key=${'k'.repeat(40)}`
  expect(await secondStart(app, link)).toBe(0)
  await expect(app.page.getByRole('heading', { name: 'Connect to a running nps', level: 1 })).toBeVisible()
  await expect(app.page.getByLabel('Address of the server')).toHaveValue('203.0.113.7')
  await expect(app.page.getByLabel('Port for lab boxes')).toHaveValue('8024')
  await expect(app.page.getByLabel('Admin key')).toHaveValue('k'.repeat(40))
})

test('a link shows the tunnel that it names, and one that asks for anything else is refused in words', async ({
  app,
}) => {
  await expect(new WelcomePage(app.page).heading).toBeVisible()
  expect(await secondStart(app, 'nps-desktop://tunnel/sNone-t1')).toBe(0)
  await expect(app.page.getByText('This tunnel is no longer there')).toBeVisible()
  expect(await app.page.evaluate(() => location.hash)).toBe('#/tunnels/sNone-t1')
  expect(await secondStart(app, 'nps-desktop://remove/sNone-t1?key=secret')).toBe(0)
  const refusal = app.page.getByRole('alert').filter({ hasText: 'asks for nothing that the app knows' })
  await expect(refusal).toContainText('nps-desktop://remove/sNone-t1')
  await expect(refusal).not.toContainText('secret')
  await refusal.getByRole('button', { name: 'Close' }).click()
  await expect(refusal).toBeHidden()
  const window = await windowOf(app)
  await window.evaluate((it) => it.hide())
  expect(await secondStart(app, 'nps-desktop://open')).toBe(0)
  await expect.poll(() => window.evaluate((it) => it.isVisible())).toBe(true)
  expect(await app.page.evaluate(() => location.hash)).toBe('#/tunnels/sNone-t1')
})

test('a link that starts the app is followed once its page is there', async ({ app }) => {
  await app.close()
  await app.start({ link: 'nps-desktop://tunnel/sNone-t2' })
  await expect(app.page.getByText('This tunnel is no longer there')).toBeVisible()
  expect(await app.page.evaluate(() => location.hash)).toBe('#/tunnels/sNone-t2')
})

test('the start at login is an entry of the desktop, which opens no window until it is asked for', async ({
  app,
}) => {
  await expect(new WelcomePage(app.page).heading).toBeVisible()
  await new SettingsPage(app.page).open()
  const atLogin = app.page.getByRole('switch', { name: 'Start when you log in' })
  await expect(atLogin).not.toBeChecked()
  await atLogin.click()
  await expect
    .poll(() => loginEntry(app))
    .toMatch(
      app.windows === null
        ? /^Exec=".*electron" ".*main\.js" "--hidden"$/m
        : /^"?\S+electron\.exe"? \S+main\.js"? --hidden$/,
    )
  await app.close()
  const command = await electronCommand(app.dataFolder, app.windows)
  const hidden = await _electron.launch({
    ...command,
    args: [...command.args, '--hidden'],
    timeout: startTimeoutMs,
  })
  try {
    await hidden.evaluate(({ app: running }) => running.whenReady())
    expect(await hidden.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(0)
    expect(await secondStart(app, '--hidden')).toBe(0)
    expect(hidden.windows()).toHaveLength(0)
    expect(await secondStart(app)).toBe(0)
    const page = await hidden.firstWindow({ timeout: startTimeoutMs })
    await expect(new WelcomePage(page).heading).toBeVisible()
    await new SettingsPage(page).open()
    const again = page.getByRole('switch', { name: 'Start when you log in' })
    await expect(again).toBeChecked()
    await again.click()
    await expect.poll(() => loginEntry(app)).toBeNull()
  } finally {
    await hidden.close()
  }
})

test('closing the window keeps the app in the tray; its place is remembered', async ({ app }) => {
  await expect(new WelcomePage(app.page).heading).toBeVisible()
  const window = await windowOf(app)
  const moved = window.evaluate((it) => new Promise<void>((resolve) => it.once('resize', () => resolve())))
  await window.evaluate((it) => it.setSize(1100, 700))
  await moved
  await window.evaluate((it) => it.close())
  expect(await window.evaluate((it) => it.isDestroyed() || it.isVisible())).toBe(false)
  await expect.poll(() => existsSync(join(app.dataFolder, 'window.json'))).toBe(true)
  await app.close()
  await app.start()
  await expect(new WelcomePage(app.page).heading).toBeVisible()
  const again = await windowOf(app)
  expect(await again.evaluate((it) => it.getSize())).toEqual([1100, 700])
})

test('data that cannot be opened is told with its cause, and opened once that is mended', async ({ app }) => {
  const welcome = new WelcomePage(app.page)
  await expect(welcome.heading).toBeVisible()
  const data = join(app.dataFolder, 'nps-desktop.sqlite')
  // as a disk that broke would leave it; the backend that runs keeps the file that it has open
  for (const file of [data, `${data}-wal`]) await rename(file, `${file}.kept`)
  await writeFile(data, 'no database')
  const electron = electronOf(app)
  const asked = electron.evaluate(
    ({ app: main, dialog }) =>
      new Promise<Electron.MessageBoxOptions>((told) => {
        dialog.showMessageBox = (...args: unknown[]) => {
          told(args.at(-1) as Electron.MessageBoxOptions)
          return new Promise((answer) => Object.assign(globalThis, { answerDialog: answer }))
        }
        const backend = main.getAppMetrics().find(({ name }) => name === 'NPS Desktop backend')
        if (backend === undefined) throw new Error('no backend runs')
        process.kill(backend.pid, 'SIGKILL')
      }),
  )
  const { message, detail, buttons } = await asked
  expect(message).toBe('NPS Desktop cannot open its data.')
  expect(detail).toContain(`${app.pathThere(data)} cannot be opened: file is not a database`)
  expect(buttons).toEqual(['Try again', 'Quit'])
  for (const file of [data, `${data}-wal`]) await rename(`${file}.kept`, file)
  await electron.evaluate(() => {
    const answer = Reflect.get(globalThis, 'answerDialog') as (value: { response: number }) => void
    answer({ response: 0 })
  })
  await app.page.reload()
  await expect(welcome.heading).toBeVisible()
})

test('quitting ends the app also while its backend hangs', async ({ app }) => {
  test.skip(app.windows !== null, 'Windows has no signal that stops a program')
  await expect(new WelcomePage(app.page).heading).toBeVisible()
  const stopped = await electronOf(app).evaluate(({ app: main }) => {
    const backend = main.getAppMetrics().find(({ name }) => name === 'NPS Desktop backend')
    if (backend === undefined) throw new Error('no backend runs')
    process.kill(backend.pid, 'SIGSTOP')
    return backend.pid
  })
  await app.close()
  await expect.poll(() => existsSync(`/proc/${stopped}`)).toBe(false)
})

function electronOf(app: App): ElectronApplication {
  if (app.running.electron === null) throw new Error('this is not Electron')
  return app.running.electron
}

function windowOf(app: App): Promise<JSHandle<BrowserWindow>> {
  return electronOf(app).browserWindow(app.page)
}

/** Starts the program again on the same data, as a click on its icon does. Answers its exit code. */
async function secondStart(app: App, ...more: string[]): Promise<number | null> {
  const { executablePath, args, env } = await electronCommand(app.dataFolder, app.windows)
  const second = spawn(executablePath, [...args, ...more], { env, stdio: 'ignore', timeout: startTimeoutMs })
  const [code] = (await once(second, 'exit')) as [number | null]
  return code
}

/** What is there for the system to start at login, or null. */
async function loginEntry({ dataFolder, windows }: App): Promise<string | null> {
  if (windows !== null) return await windows.registered(runKey, 'org.nps-desktop.app')
  const path = join(dataFolder, 'config/autostart/nps-desktop.desktop')
  return existsSync(path) ? await readFile(path, 'utf8') : null
}
