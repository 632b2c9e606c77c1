import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Page } from '@playwright/test'
import { AppAndRelay } from '../../../electron/testing/app-and-relay.ts'
import type { App } from '../app-fixture.ts'

/** A lab box in the app's data, which has neither its address nor a sign-in; answers its id. */
export async function knowLab(app: App): Promise<string> {
  const bed = await AppAndRelay.start()
  try {
    const serverId = await bed.connectApp()
    await bed.overviewWhere(({ servers }) => servers[0]?.link.state === 'online')
    const { labId } = await bed.app.labs.add({ serverId, name: 'lab-a100', address: null })
    await bed.backend.close()
    await app.close()
    // none of the first start's own files may be left beside them
    await rm(app.dataFolder, { recursive: true, maxRetries: 10, retryDelay: 200 })
    await cp(join(bed.folder, 'app'), app.dataFolder, { recursive: true })
    await app.start()
    await app.page
      .getByRole('link', { name: /lab-a100/ })
      .first()
      .waitFor()
    return labId
  } finally {
    await bed.close()
  }
}

export async function goTo(page: Page, hash: string): Promise<void> {
  await page.evaluate((place) => (location.hash = place), hash)
}

export async function signIn(
  page: Page,
  labId: string,
  { port, user, key }: { port: number; user: string; key: string },
): Promise<void> {
  await goTo(page, `#/sign-in/lab/${labId}`)
  await page.getByLabel('Address', { exact: true }).fill('127.0.0.1')
  await page.getByLabel('SSH port').fill(String(port))
  await page.getByLabel('User', { exact: true }).fill(user)
  await page.getByRole('button', { name: 'Connect', exact: true }).click()
  await page.getByRole('button', { name: 'Yes, this is it' }).click()
  await page.getByRole('tab', { name: 'Key', exact: true }).click()
  // a browser opens no dialog for a key file: there its path is typed into a field of another name
  await page.getByLabel(/^(Key file|Private key, or the path of its file)$/).fill(key)
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('heading', { name: 'lab-a100', level: 1, exact: true }).waitFor()
}

export async function sha256(path: string): Promise<string> {
  const sum = createHash('sha256')
  await pipeline(createReadStream(path), sum)
  return sum.digest('hex')
}
