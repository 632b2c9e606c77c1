import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppAndRelay } from '../../../electron/testing/app-and-relay.ts'
import { VsCodeStandIn } from '../app/vs-code-stand-in.ts'
import { expect, test } from '../app-fixture.ts'

test.skip(({ host }) => host !== 'electron', 'only the window starts other programs')

test('a lab box opens in a program that is on this computer, and in no other', async ({ app }) => {
  await using vsCode = await VsCodeStandIn.put(app.windows)
  const bed = await AppAndRelay.start()
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
    await expect.poll(() => vsCode.told()).toMatch(/^--remote ssh-remote\+127\.0\.0\.1:\d+\n$/)
  } finally {
    await bed.close()
  }
})
