import { copyFile, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test as base } from '../bed-fixture.ts'
import { SetupWizard } from '../pages/setup-wizard.ts'
import { WelcomePage } from '../pages/welcome-page.ts'
import { shoot } from '../screenshots.ts'

base.skip(({ host }) => host === 'electron', 'the window always takes the programs of its build')

const built = join(import.meta.dirname, '../../../build/out')

interface Manifest {
  readonly files: readonly {
    readonly parts: readonly string[]
    readonly platform: string
    readonly arch: string
  }[]
}

/** The app's programs, but what is said to be for x64 is for arm64: whole and with the right checksum. */
const test = base.extend({
  // oxlint-disable-next-line no-empty-pattern -- Playwright reads the parameter's braces
  programsFolder: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'nps-desktop-programs-'))
    const manifest = JSON.parse(await readFile(join(built, 'manifest.json'), 'utf8')) as Manifest
    const arm64 = manifest.files.filter(({ platform, arch }) => platform === 'linux' && arch === 'arm64')
    for (const file of new Set(manifest.files.flatMap(({ parts }) => parts)))
      await symlink(join(built, file), join(folder, file))
    await writeFile(
      join(folder, 'manifest.json'),
      JSON.stringify({ ...manifest, files: arm64.map((file) => ({ ...file, arch: 'amd64' })) }),
    )
    await use(folder)
    await rm(folder, { recursive: true })
  },
})

test('a program for another processor is told as that, and with the right one the setup goes on', async ({
  app,
  bed,
  programsFolder,
}) => {
  const wizard = new SetupWizard(app.page)
  await new WelcomePage(app.page).setUpServer()
  await wizard.signInToServer({ host: bed.cloud.address, ...bed.accounts.root })
  const failed = wizard.step('program-starts', 'failed')
  await expect(failed).toContainText(`The program does not start on ${bed.cloud.address}.`, {
    timeout: 60_000,
  })
  await expect(failed).toContainText('It was built for another processor; this one is x86_64.')
  await expect(failed).toContainText('Install this app again')
  await shoot(app, 'unhappy-wrong-processor')
  await app.close()

  // as after installing the app again
  await rm(join(programsFolder, 'manifest.json'))
  await copyFile(join(built, 'manifest.json'), join(programsFolder, 'manifest.json'))
  await app.start()
  const { page } = app
  await page.getByRole('button', { name: 'Continue the setup' }).click()
  const again = new SetupWizard(page)
  await again.press('Check and set up')
  await again.expectServerReady()
})
