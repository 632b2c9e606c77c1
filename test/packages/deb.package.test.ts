import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runCommand } from '../testbed/run-command.ts'
import { DesktopComputer } from './desktop-computer.ts'
import { madePackage } from './made-packages.ts'
import { inSandbox, windowInSandbox } from './window-in-sandbox.ts'

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
  expect(await windowInSandbox(computer)).toEqual(inSandbox)
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
