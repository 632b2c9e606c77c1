import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import fuses from '@electron/fuses'
import { chromium } from '@playwright/test'
import { electronArguments } from '../../build/electron-binary.ts'
import { expect, test } from './app-fixture.ts'
import { WelcomePage } from './pages/welcome-page.ts'

const { FuseV1Options, getCurrentFuseWire } = fuses
/** What stands in the wire for each fuse. */
const [off, on] = ['0'.charCodeAt(0), '1'.charCodeAt(0)]

/** The folder that `node build/app/package.ts --try-out` leaves. */
const packaged = join(resolve(import.meta.dirname, '../..'), 'build/out/package/linux-unpacked')
const program = join(packaged, 'nps-desktop')

test.skip(({ host }) => host !== 'electron', 'the package is the desktop app')

/** The package as its user starts it, with a data folder of its own, and what it wrote to stderr. */
async function startPackage(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const dataFolder = await mkdtemp(join(tmpdir(), 'nps-desktop-package-'))
  const child = spawn(program, [...electronArguments, ...args], {
    env: { ...process.env, NPS_DESKTOP_DATA: dataFolder, LANGUAGE: 'en', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = once(child, 'exit')
  let said = ''
  child.stdout.on('data', (part: Buffer) => (said += part.toString()))
  child.stderr.on('data', (part: Buffer) => (said += part.toString()))
  return {
    said: () => said,
    exited,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null) child.kill()
      await exited
      await rm(dataFolder, { recursive: true, force: true })
    },
  }
}

/** Where Chromium's own debugging listens; it has no part in Node. */
async function pageOf(app: Awaited<ReturnType<typeof startPackage>>) {
  await expect(() => expect(app.said()).toMatch(/DevTools listening on ws:/)).toPass({ timeout: 30_000 })
  const address = /DevTools listening on (ws:\S+)/.exec(app.said())?.[1] ?? ''
  const browser = await chromium.connectOverCDP(address)
  const [context] = browser.contexts()
  if (!context) throw new Error('the app has no window')
  const page = context.pages()[0] ?? (await context.waitForEvent('page'))
  return { browser, page }
}

test('the package holds the notices of all that others wrote: packages of npm, Electron, Chromium, Bun', async () => {
  const read = (name: string) => readFile(join(packaged, name), 'utf8')
  expect(await read('LICENSE')).toContain('The NPS Desktop authors')
  expect(await read('THIRD-PARTY-NOTICES.txt')).toMatch(/^ssh2 [\d.]+ \(MIT\)$/m)
  expect(await read('LICENSE.electron.txt')).toContain('Electron contributors')
  expect(await read('LICENSES.chromium.html')).toContain('Chromium')
  expect(await read('resources/programs/THIRD-PARTY-NOTICES.txt')).toMatch(/^Bun [\d.]+ \(MIT\)/m)
})

test('the package starts by itself, with its backend, and carries the programs it uploads', async () => {
  await using app = await startPackage(['--remote-debugging-port=0'])
  const { browser, page } = await pageOf(app)
  await expect(new WelcomePage(page).heading).toBeVisible()
  // the backend runs in its utility process: without an answer of it the page has no version
  await expect(page.getByText(/keychain|key file|only this user/i).first()).toBeVisible()
  await browser.close()
  for (const file of ['manifest.json', 'nps-linux-amd64.gz', 'npc-linux-arm64.gz'])
    expect(existsSync(join(packaged, 'resources/programs', file)), file).toBe(true)
})

test('its Electron cannot be made a Node', async () => {
  const wire = await getCurrentFuseWire(program)
  expect({
    runAsNode: wire[FuseV1Options.RunAsNode],
    nodeOptions: wire[FuseV1Options.EnableNodeOptionsEnvironmentVariable],
    inspect: wire[FuseV1Options.EnableNodeCliInspectArguments],
    cookies: wire[FuseV1Options.EnableCookieEncryption],
    integrity: wire[FuseV1Options.EnableEmbeddedAsarIntegrityValidation],
    onlyAsar: wire[FuseV1Options.OnlyLoadAppFromAsar],
    file: wire[FuseV1Options.GrantFileProtocolExtraPrivileges],
  }).toEqual({
    runAsNode: off,
    nodeOptions: off,
    inspect: off,
    cookies: on,
    integrity: on,
    onlyAsar: on,
    file: off,
  })
})

test('neither ELECTRON_RUN_AS_NODE nor NODE_OPTIONS nor --inspect runs anything in it', async () => {
  const marker = 'ran as node'
  await using app = await startPackage(
    ['--remote-debugging-port=0', '--inspect=0', '-e', `console.log('${marker}')`],
    { ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: `--import=data:text/javascript,console.log("${marker}")` },
  )
  const { browser, page } = await pageOf(app)
  await expect(new WelcomePage(page).heading).toBeVisible()
  await browser.close()
  expect(app.said()).not.toContain(marker)
  expect(app.said()).not.toContain('Debugger listening')
})
