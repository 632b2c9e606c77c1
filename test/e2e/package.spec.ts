import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { _electron } from '@playwright/test'
import { electronArguments } from '../../build/electron-binary.ts'
import { expect, test } from './app-fixture.ts'
import { WelcomePage } from './pages/welcome-page.ts'

/** The folder that `node build/app/package.ts --try-out` leaves. */
const packaged = join(resolve(import.meta.dirname, '../..'), 'build/out/package/linux-unpacked')

test.skip(({ host }) => host !== 'electron', 'the package is the desktop app')

test('the package starts by itself and carries the programs it uploads', async () => {
  const dataFolder = await mkdtemp(join(tmpdir(), 'nps-desktop-package-'))
  const app = await _electron.launch({
    executablePath: join(packaged, 'nps-desktop'),
    args: [...electronArguments],
    env: { ...(process.env as Record<string, string>), NPS_DESKTOP_DATA: dataFolder, LANGUAGE: 'en' },
  })
  try {
    const page = await app.firstWindow()
    await expect(new WelcomePage(page).heading).toBeVisible()
    expect(await app.evaluate(({ app: running }) => running.isPackaged)).toBe(true)
    for (const file of ['manifest.json', 'nps-linux-amd64.gz', 'npc-linux-arm64.gz'])
      expect(existsSync(join(packaged, 'resources/programs', file)), file).toBe(true)
  } finally {
    await app.close()
    await rm(dataFolder, { recursive: true, force: true })
  }
})
