import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { AutostartFile } from './autostart-file.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nps-desktop-autostart-'))
})
afterEach(() => rm(folder, { recursive: true }))

const open = (command = ['/opt/NPS Desktop/nps-desktop', '--hidden']) => {
  const path = join(folder, 'autostart', 'nps-desktop.desktop')
  return { path, entry: new AutostartFile({ path, name: 'NPS Desktop', command }) }
}

it('is written when it is switched on, and gone when it is switched off', async () => {
  const { path, entry } = open()
  expect(await entry.isOn()).toBe(false)
  await entry.set(true)
  expect(await entry.isOn()).toBe(true)
  expect(await readFile(path, 'utf8')).toBe(
    [
      '[Desktop Entry]',
      'Type=Application',
      'Name=NPS Desktop',
      'Exec="/opt/NPS Desktop/nps-desktop" "--hidden"',
      'Terminal=false',
      'X-GNOME-Autostart-enabled=true',
      '',
    ].join('\n'),
  )
  await entry.set(false)
  await entry.set(false)
  expect(await entry.isOn()).toBe(false)
})

it.each(['Hidden=true', 'X-GNOME-Autostart-enabled=false'])(
  'is off where the desktop’s own settings say %s, and stays so until it is switched on here',
  async (line) => {
    const { path, entry } = open()
    await entry.set(true)
    await writeFile(path, `[Desktop Entry]\nType=Application\nExec=x\n${line}\n`)
    expect(await entry.isOn()).toBe(false)
    await entry.refresh()
    expect(await readFile(path, 'utf8')).toContain(line)
    await entry.set(true)
    expect(await entry.isOn()).toBe(true)
  },
)

it('names the program where it lies now, once that has moved', async () => {
  const { path, entry } = open(['/home/a/NPS-1.0.0.AppImage'])
  await entry.refresh()
  expect(await entry.isOn()).toBe(false)
  await entry.set(true)
  await open(['/home/a/NPS-1.0.1.AppImage']).entry.refresh()
  expect(await readFile(path, 'utf8')).toContain('Exec="/home/a/NPS-1.0.1.AppImage"')
})

it('is read by a desktop as one argument for each, whatever is in it', async () => {
  const { path, entry } = open([String.raw`/a "b" $c \d`, '50%'])
  await entry.set(true)
  expect(await readFile(path, 'utf8')).toContain(String.raw`Exec="/a \\"b\\" \\$c \\\\d" "50%%"`)
  expect(() => open(['/a\nExec=evil'])).toThrow('cannot stand in a desktop entry')
})
