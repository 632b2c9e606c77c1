import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { expect, test } from '../lab-files-fixture.ts'
import { sha256 } from '../pages/lab-files-page.ts'

test.skip(
  ({ host }) => host !== 'electron',
  'files-in-browser.spec.ts has it for a page, which is not told where dropped files lie',
)

const megabyte = 1024 * 1024
const bytes = 60 * megabyte

test('files that are dropped on the window or chosen in its dialog arrive, over a cut connection too', async ({
  app,
  labFiles,
}) => {
  const { page } = app
  const { there, here, way } = labFiles
  await labFiles.open()
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
})

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
