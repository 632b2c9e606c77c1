import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildRpm } from '../../build/app/linux/rpm.ts'
import { noHomepage } from '../../build/app/linux/scripts.ts'
import { runCommand } from '../testbed/run-command.ts'
import { DesktopComputer } from './desktop-computer.ts'
import { madePackage } from './made-packages.ts'
import { inSandbox, windowInSandbox } from './window-in-sandbox.ts'

/** Debian's rpm wants to be told that it is meant, and knows none of the libraries, which dpkg has put there. */
const onDebian = ['--force-debian', '--nodeps']

const programs = '/opt/NPS Desktop/resources/programs'

let rpm: string
let computer: DesktopComputer
let before: string[]
let work: string
const parts = new AsyncDisposableStack()

beforeAll(async () => {
  rpm = await madePackage('.x86_64.rpm')
  work = await mkdtemp(join(tmpdir(), 'nps-desktop-rpm-'))
  parts.defer(() => rm(work, { recursive: true }))
  computer = parts.use(await DesktopComputer.create())
  before = await computer.files()
})

afterAll(() => parts.disposeAsync())

it('installs, and is there as a program, in the menu and for nps-desktop:// links', async () => {
  await computer.run('rpm', '--install', ...onDebian, await computer.bring(rpm))
  expect(await computer.run('realpath', '/usr/bin/nps-desktop')).toBe('/opt/NPS Desktop/nps-desktop\n')
  const entry = '/usr/share/applications/nps-desktop.desktop'
  expect(await computer.run('desktop-file-validate', entry)).toBe('')
  expect(await computer.run('rpm', '--query', '--file', entry)).toMatch(/^nps-desktop-\d/)
  expect(await computer.run('cat', '/usr/share/applications/mimeinfo.cache')).toContain(
    'x-scheme-handler/nps-desktop=nps-desktop.desktop;',
  )
})

it('lies there as it was packed, but for the mode that the script gives to Chromium’s helper', async () => {
  const changed = await computer.run('sh', '-c', 'rpm --verify --nodeps nps-desktop || :')
  expect(changed.split('\n').filter((line) => line !== '' && !line.endsWith('/chrome-sandbox'))).toEqual([])
})

it('opens its window for an ordinary person, in Chromium’s sandbox', async () => {
  expect(await windowInSandbox(computer)).toEqual(inSandbox)
})

it('is updated by a newer package, and stays where it was', async () => {
  const newer = await asVersion('99.0.0')
  await computer.run('rpm', '--upgrade', ...onDebian, await computer.bring(newer))
  expect(await computer.run('rpm', '--query', 'nps-desktop')).toBe('nps-desktop-99.0.0-1.x86_64\n')
  expect(await computer.run('realpath', '/usr/bin/nps-desktop')).toBe('/opt/NPS Desktop/nps-desktop\n')
  await computer.run('test', '-x', '/opt/NPS Desktop/nps-desktop')
  // what the newer one does not have goes
  await computer.run('test', '!', '-e', programs)
})

it('leaves nothing behind when it is removed', async () => {
  await computer.run('rpm', '--erase', '--nodeps', 'nps-desktop')
  expect(await computer.files()).toEqual(before)
})

/** The package under another version, without the programs to upload, by what makes our packages. */
async function asVersion(version: string): Promise<string> {
  const [unpacked, target] = [join(work, 'unpacked'), join(work, `nps-desktop-${version}.x86_64.rpm`)]
  await mkdir(unpacked)
  const unpack = 'rpm2archive --nocompression - < "$0" | tar -xf - -C "$1"'
  await runCommand('sh', ['-c', unpack, rpm, unpacked], { timeoutMs: 120_000 })
  await rm(join(unpacked, programs), { recursive: true })
  const query = (tag: string) => runCommand('rpm', ['--query', '--package', '--queryformat', tag, rpm])
  const [afterInstall, afterRemove] = [await query('%{POSTIN}'), await query('%{POSTUN}')]
  const asked = {
    type: 'rpm',
    name: 'nps-desktop',
    version,
    architecture: 'amd64',
    maintainer: await query('%{VENDOR}'),
    url: noHomepage,
    license: 'MIT',
    description: basename(rpm),
    section: 'net',
    depends: [],
    recommends: [],
    compression: 'gz',
    level: 1,
    target,
    files: [],
  } as const
  buildRpm(unpacked, { ...asked, afterInstall: '', afterRemove: '' }, { afterInstall, afterRemove })
  return target
}
