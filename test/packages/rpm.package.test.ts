import { beforeAll, expect, it } from 'vitest'
import { runCommand } from '../testbed/run-command.ts'
import { madePackage } from './made-packages.ts'

let rpm: string

beforeAll(async () => {
  rpm = await madePackage('.x86_64.rpm')
})

const query = (...args: string[]) => runCommand('rpm', ['--query', '--package', ...args, rpm])

it('says what it is and what it needs', async () => {
  const format = '%{NAME} %{ARCH} %{LICENSE} %{VENDOR}'
  expect(await query('--queryformat', format)).toBe('nps-desktop x86_64 MIT The NPS Desktop authors')
  const needs = await query('--requires')
  expect(needs.split('\n')).toEqual(expect.arrayContaining(['gtk3', '(nss or mozilla-nss)', 'xdg-utils']))
})

it('holds the app, its menu entry and its icons, all of them root’s and not for others to change', async () => {
  const lines = (await query('--list', '--verbose')).trim().split('\n')
  const files = lines.map((line) => ({
    mode: line.slice(0, 10),
    owner: line.split(/\s+/)[2],
    path: line.slice(line.indexOf('/')),
  }))
  const paths = files.map(({ path }) => path)
  expect(paths).toEqual(
    expect.arrayContaining([
      '/opt/NPS Desktop',
      '/opt/NPS Desktop/nps-desktop',
      '/opt/NPS Desktop/resources/app.asar',
      '/usr/share/applications/nps-desktop.desktop',
      '/usr/share/icons/hicolor/256x256/apps/nps-desktop.png',
    ]),
  )
  // folders that other packages have too are not this one's
  expect(paths.filter((path) => /^\/(opt|usr)?$|^\/usr\/share(\/icons|\/applications)?$/.test(path))).toEqual(
    [],
  )
  expect(files.filter(({ owner }) => owner !== 'root')).toEqual([])
  expect(files.filter(({ mode }) => mode[5] === 'w' || mode[8] === 'w')).toEqual([])
})

it('unpacks whole: rpm finds every file as the package says it is', async () => {
  expect(await runCommand('rpm', ['--checksig', '--nosignature', rpm])).toContain('digests OK')
})

it('takes its link away when it is removed, and not after an update', async () => {
  const scripts = await query('--scripts')
  expect(scripts).toMatch(/postinstall scriptlet \(using \/bin\/bash\):/)
  const [, removal = ''] = scripts.split('postuninstall scriptlet (using /bin/bash):\n')
  expect(removal).toMatch(/^if \[ "\$1" != 0 \]; then exit 0; fi\n/)
  expect(removal).toContain('/usr/bin/nps-desktop')
})
