import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Page } from '@playwright/test'
import { AppAndRelay } from '../../../electron/testing/app-and-relay.ts'
import { CuttableWay } from '../../harness/cuttable-way.ts'
import { startLocalSshd } from '../../harness/local-sshd.ts'
import { type App, expect, test } from '../app-fixture.ts'

test.skip(({ host }) => host !== 'electron', 'a page in a browser is not told where dropped files lie')

const megabyte = 1024 * 1024
const bytes = 60 * megabyte

test('files that are dropped on the window or chosen in its dialog arrive, over a cut connection too', async ({
  app,
}) => {
  const folder = await mkdtemp(join(tmpdir(), 'nps-desktop-files-'))
  const [there, here] = [join(folder, 'lab'), join(folder, 'laptop')]
  const sshd = await startLocalSshd({ config: ['Subsystem sftp internal-sftp'] })
  const way = await CuttableWay.open(sshd)
  try {
    await mkdir(there)
    await mkdir(here)
    const labId = await knowLab(app)
    const { page } = app
    await signIn(page, labId, {
      port: way.port,
      user: sshd.user,
      key: app.pathThere(join(sshd.folder, 'user')),
    })
    await goTo(page, `#/labs/${labId}/files?path=${encodeURIComponent(there)}`)
    await expect(page.getByText('Nothing in lab.')).toBeVisible()

    await test.step('chosen in the dialog', async () => {
      const notes = join(here, 'notes 笔记.txt')
      await writeFile(notes, 'learning rate 1e-4\n')
      await app.running.electron?.evaluate(({ dialog }, path) => {
        dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] })
      }, app.pathThere(notes))
      await page.getByRole('button', { name: 'Upload…' }).click()
      await page.getByRole('menuitem', { name: 'Files…' }).click()
      await expect(page.getByRole('row', { name: /notes 笔记\.txt/ })).toBeVisible()
    })

    await test.step('dropped, and cut off in the middle', async () => {
      const model = join(here, 'model.safetensors')
      await writeFile(model, randomBytes(bytes))
      const before = way.bytes
      way.cutAfter(bytes / 2)
      await drop(page, app.pathThere(model))
      const row = page.getByRole('listitem').filter({ hasText: 'model.safetensors' })
      await expect(row.getByRole('button', { name: 'Try now' })).toBeVisible({ timeout: 30_000 })
      await row.getByRole('button', { name: 'Try now' }).click()
      await expect(page.getByRole('row', { name: /model\.safetensors/ })).toBeVisible({ timeout: 30_000 })
      expect(await sha256(join(there, 'model.safetensors'))).toBe(await sha256(model))
      expect(way.cuts).toBe(1)
      // what was there already did not go again
      expect(way.bytes - before).toBeLessThan(1.25 * bytes)
    })
  } finally {
    await app.close()
    await way[Symbol.asyncDispose]()
    await sshd.close()
    await rm(folder, { recursive: true, force: true })
  }
})

/** A lab box in the app's data, which has neither its address nor a sign-in; answers its id. */
async function knowLab(app: App): Promise<string> {
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

async function goTo(page: Page, hash: string): Promise<void> {
  await page.evaluate((place) => (location.hash = place), hash)
}

async function signIn(
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
  await page.getByLabel('Key file').fill(key)
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('heading', { name: 'lab-a100', level: 1, exact: true }).waitFor()
}

/** As the system does it: the window is told of a file by its path, and the page by a File. */
async function drop(page: Page, path: string): Promise<void> {
  const list = await page.getByRole('region', { name: 'Files' }).boundingBox()
  if (!list) throw new Error('there is no place to drop files')
  const [x, y] = [list.x + list.width / 2, list.y + list.height - 80]
  const data = { items: [], files: [path], dragOperationsMask: 1 }
  const session = await page.context().newCDPSession(page)
  await session.send('Input.dispatchDragEvent', { type: 'dragEnter', x, y, data })
  await session.send('Input.dispatchDragEvent', { type: 'dragOver', x, y, data })
  await expect(page.getByRole('heading', { name: 'Drop to copy into lab' })).toBeVisible()
  await session.send('Input.dispatchDragEvent', { type: 'drop', x, y, data })
  await session.detach()
}

async function sha256(path: string): Promise<string> {
  const sum = createHash('sha256')
  await pipeline(createReadStream(path), sum)
  return sum.digest('hex')
}
