import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fuses from '@electron/fuses'
import { packagedFolder, packagedProgram, pageOf, startPackage } from '../app/packaged-app.ts'
import { expect, test } from '../app-fixture.ts'
import { WelcomePage } from '../pages/welcome-page.ts'

const { FuseV1Options, getCurrentFuseWire } = fuses
/** What stands in the wire for each fuse. */
const [off, on] = ['0'.charCodeAt(0), '1'.charCodeAt(0)]

test.skip(({ host }) => host !== 'electron', 'the package is the desktop app')

test('the package holds the notices of all that others wrote: packages of npm, Electron, Chromium, Bun', async () => {
  const read = (name: string) => readFile(join(packagedFolder, name), 'utf8')
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
  for (const file of [
    'manifest.json',
    'nps-linux-amd64.start.xz',
    'runtime-linux-arm64.start.xz',
    'runtime-linux.xz',
    'npc-linux-arm64.end.xz',
  ])
    expect(existsSync(join(packagedFolder, 'resources/programs', file)), file).toBe(true)
})

test('its Electron cannot be made a Node', async () => {
  const wire = await getCurrentFuseWire(packagedProgram)
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
