import { mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from '@playwright/test'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { WelcomePage } from '../e2e/pages/welcome-page.ts'
import { runCommand } from '../testbed/run-command.ts'
import { DesktopComputer } from './desktop-computer.ts'
import { madePackage } from './made-packages.ts'

let deb: string
let computer: DesktopComputer
let before: string[]
let work: string
const parts = new AsyncDisposableStack()

beforeAll(async () => {
  deb = await madePackage('_amd64.deb')
  work = await mkdtemp(join(tmpdir(), 'nps-desktop-deb-'))
  parts.defer(() => rm(work, { recursive: true }))
  computer = parts.use(await DesktopComputer.create())
  before = await computer.files()
})

afterAll(() => parts.disposeAsync())

it('says what it is, who makes it and what it needs', async () => {
  const fields = await runCommand('dpkg-deb', ['--field', deb])
  expect(fields).toMatch(/^Package: nps-desktop$/m)
  expect(fields).toMatch(/^Maintainer: The NPS Desktop authors$/m)
  expect(fields).toMatch(/^Architecture: amd64$/m)
  expect(fields).toMatch(/^Depends: .*\blibgtk-3-0\b.*\blibgbm1\b/m)
  expect(fields).not.toContain('@nps-desktop')
  expect(fields).not.toContain('.invalid')
})

it('installs, and is there as a program, in the menu and for nps-desktop:// links', async () => {
  await computer.run('apt-get', 'install', '--yes', await computer.bring(deb))
  expect(await computer.run('realpath', '/usr/bin/nps-desktop')).toBe('/opt/NPS Desktop/nps-desktop\n')
  const entry = await computer.run('cat', '/usr/share/applications/nps-desktop.desktop')
  expect(entry).toMatch(/^Exec="\/opt\/NPS Desktop\/nps-desktop" %U$/m)
  expect(entry).toMatch(/^MimeType=x-scheme-handler\/nps-desktop;$/m)
  expect(await computer.run('desktop-file-validate', '/usr/share/applications/nps-desktop.desktop')).toBe('')
  expect(await computer.run('cat', '/usr/share/applications/mimeinfo.cache')).toContain(
    'x-scheme-handler/nps-desktop=nps-desktop.desktop;',
  )
})

it('opens its window for an ordinary person, in Chromium’s sandbox', async () => {
  await using app = computer.start(['nps-desktop', '--remote-debugging-port=0'])
  const browser = await chromium.connectOverCDP(await app.line(/DevTools listening on (ws:\S+)/))
  try {
    const [context] = browser.contexts()
    const page = context?.pages()[0] ?? (await context?.waitForEvent('page'))
    if (!page) throw new Error(`The app has no window:\n${app.said}`)
    await new WelcomePage(page).heading.waitFor()
    expect(await sandboxed()).toEqual({ pages: 'processes of their own', asRoot: 0 })
  } finally {
    await browser.close()
  }
})

it('is updated by a newer package, and stays where it was', async () => {
  const newer = await asVersion(deb, '99.0.0')
  await computer.run('apt-get', 'install', '--yes', await computer.bring(newer))
  expect(await computer.run('dpkg-query', '--show', 'nps-desktop')).toBe('nps-desktop\t99.0.0\n')
  expect(await computer.run('realpath', '/usr/bin/nps-desktop')).toBe('/opt/NPS Desktop/nps-desktop\n')
})

it('leaves nothing behind when it is removed', async () => {
  await computer.run('apt-get', 'purge', '--yes', 'nps-desktop')
  expect(await computer.files()).toEqual(before)
})

/** The same package under another version. */
async function asVersion(file: string, version: string): Promise<string> {
  const unpacked = join(work, 'unpacked')
  const newer = join(work, `nps-desktop_${version}_amd64.deb`)
  await runCommand('dpkg-deb', ['--raw-extract', file, unpacked])
  const control = join(unpacked, 'DEBIAN/control')
  const text = await readFile(control, 'utf8')
  await writeFile(control, text.replace(/^Version: .*$/m, `Version: ${version}`))
  await runCommand('dpkg-deb', ['--root-owner-group', '-Zgzip', '-z1', '--build', unpacked, newer])
  return newer
}

/** How the processes of the app's pages see the computer: in a sandbox they see no process but their own. */
async function sandboxed(): Promise<unknown> {
  const program = '/opt/NPS Desktop/nps-desktop '
  const processes: { namespace: string; uid: number; command: string }[] = []
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue
    try {
      const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ')
      if (!command.startsWith(program)) continue
      const namespace = await readlink(`/proc/${pid}/ns/pid`)
      processes.push({ namespace, uid: (await stat(`/proc/${pid}`)).uid, command })
    } catch {
      // it has ended meanwhile
    }
  }
  const ofType = (type: string) => processes.filter(({ command }) => command.includes(`--type=${type}`))
  const outside = ofType('utility').map(({ namespace }) => namespace)
  const pages = ofType('renderer')
  if (outside.length === 0 || pages.length === 0) return processes
  return {
    pages: pages.some(({ namespace }) => outside.includes(namespace))
      ? 'all processes'
      : 'processes of their own',
    asRoot: processes.filter(({ uid }) => uid === 0).length,
  }
}
