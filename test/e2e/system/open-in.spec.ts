import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { AppAndRelay } from '../../../electron/testing/app-and-relay.ts'
import { expect, test } from '../app-fixture.ts'

test.skip(({ host }) => host !== 'electron', 'only the window starts other programs')

test('a lab box opens in a program that is on this computer, and in no other', async ({ app }) => {
  const folder = await mkdtemp(join(tmpdir(), 'nps-desktop-open-in-'))
  const bed = await AppAndRelay.start()
  const path = process.env['PATH']
  try {
    await test.step('a lab box with an SSH tunnel, known to the app', async () => {
      const serverId = await bed.connectApp()
      await bed.overviewWhere(({ servers }) => servers[0]?.link.state === 'online')
      const { labId } = await bed.app.labs.add({ serverId, name: 'lab-a100', address: null })
      await bed.app.tunnels.addPreset({ labId, kind: 'ssh' })
      await bed.overviewWhere(({ tunnels }) => tunnels.length === 1)
      await bed.backend.close()
      await app.close()
      // none of the first start's own files may be left beside them
      await rm(app.dataFolder, { recursive: true, maxRetries: 10, retryDelay: 200 })
      await cp(join(bed.folder, 'app'), app.dataFolder, { recursive: true })
    })
    // stands for VS Code, and writes down what it is told
    const told = join(folder, 'told')
    await mkdir(join(folder, 'bin'))
    await writeFile(
      join(folder, 'bin', 'code'),
      `#!/bin/sh\necho "$*" > '${told}.new' && mv '${told}.new' '${told}'\n`,
    )
    await chmod(join(folder, 'bin', 'code'), 0o755)
    process.env['PATH'] = [join(folder, 'bin'), path].join(delimiter)
    await app.start()
    const { page } = app
    await page
      .getByRole('link', { name: /lab-a100/ })
      .first()
      .click()
    await page.getByRole('button', { name: 'Open in' }).click()
    await expect(page.getByRole('menuitem', { name: 'Cursor' })).toHaveCount(0)
    await page.getByRole('menuitem', { name: 'VS Code' }).click()
    await page.getByRole('button', { name: 'Open without entries' }).click()
    await expect(page.getByRole('status').filter({ hasText: 'Opening lab-a100 in VS Code' })).toBeVisible()
    await expect
      .poll(() => readFile(told, 'utf8').catch(() => ''))
      .toMatch(/^--remote ssh-remote\+127\.0\.0\.1:\d+\n$/)
  } finally {
    process.env['PATH'] = path
    await bed.close()
    await rm(folder, { recursive: true, force: true })
  }
})
