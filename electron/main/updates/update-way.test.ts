import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { installOf } from './install-command.ts'
import { updateWayOf } from './update-way.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nps-desktop-way-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const way = (part: Partial<Parameters<typeof updateWayOf>[0]> = {}) =>
  updateWayOf({
    isPackaged: true,
    platform: 'linux',
    executable: join(folder, 'nps-desktop'),
    root: folder,
    env: {},
    ...part,
  })

it('a copy that runs from its source is updated there', () => {
  expect(way({ isPackaged: false })).toBe('source')
})

it('a program that a package manager has installed is that one’s', () => {
  const executable = '/opt/NPS Desktop/nps-desktop'
  expect(way({ executable })).toBe('archive')
  mkdirSync(join(folder, 'usr/bin'), { recursive: true })
  writeFileSync(join(folder, 'usr/bin/rpm'), '')
  expect(way({ executable })).toBe('rpm')
  const info = join(folder, 'var/lib/dpkg/info')
  mkdirSync(info, { recursive: true })
  writeFileSync(join(info, 'nps-desktop.list'), `/.\n/opt\n${executable}\n`)
  expect(way({ executable })).toBe('deb')
  // unpacked elsewhere on the same computer
  expect(way({ executable: '/home/a/nps-desktop' })).toBe('archive')
})

it('an unpacked archive is nobody’s', () => {
  expect([way(), way({ platform: 'win32' })]).toEqual(['archive', 'archive'])
})

it('what a Windows installer has installed is updated by the app', () => {
  writeFileSync(join(folder, 'Uninstall NPS Desktop.exe'), '')
  expect(way({ platform: 'win32' })).toBe('app')
})

it('an AppImage is, but not the one that this program was started from', () => {
  const env = { APPIMAGE: '/home/a/Some.AppImage', APPDIR: folder }
  expect(way({ env })).toBe('app')
  expect(way({ env: { ...env, APPDIR: '/tmp/.mount_other' } })).toBe('archive')
})

it('a package is installed by a command that a shell reads as it is meant', () => {
  const command = (kind: 'deb' | 'rpm', file: string) => {
    const install = installOf(kind)
    return install === 'on-quit' ? null : install(file)
  }
  expect(command('deb', '/home/a/.cache/nps/nps-desktop_1.0.1.deb')).toBe(
    'sudo apt install /home/a/.cache/nps/nps-desktop_1.0.1.deb',
  )
  expect(command('rpm', '/home/a b/it’s.rpm')).toBe("sudo rpm --upgrade '/home/a b/it’s.rpm'")
  expect(command('rpm', "/home/a'b.rpm")).toBe(String.raw`sudo rpm --upgrade '/home/a'\''b.rpm'`)
  expect(installOf('app')).toBe('on-quit')
})
