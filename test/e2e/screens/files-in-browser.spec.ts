import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { expect, test } from '../lab-files-fixture.ts'
import { sha256 } from '../pages/lab-files-page.ts'

test.skip(({ host }) => host === 'electron', 'files.spec.ts has it for the window')

const megabyte = 1024 * 1024
const bytes = 60 * megabyte

test('files that are chosen in a browser or dropped on its page arrive, and go on where a closed page has stopped them', async ({
  app,
  labFiles,
}) => {
  const { page } = app
  const { there, here, way } = labFiles
  await labFiles.open()
  await expect(page.getByText('Nothing in lab.')).toBeVisible()

  await test.step('chosen, several at once', async () => {
    const [notes, empty] = [join(here, 'notes 笔记.txt'), join(here, 'empty')]
    await writeFile(notes, 'learning rate 1e-4\n')
    await writeFile(empty, '')
    await choose(page, [notes, empty])
    await expect(page.getByRole('row', { name: /notes 笔记\.txt/ })).toBeVisible()
    await expect(page.getByRole('row', { name: /empty/ })).toBeVisible()
    expect(await readFile(join(there, 'notes 笔记.txt'), 'utf8')).toBe('learning rate 1e-4\n')
    expect(await readFile(join(there, 'empty'), 'utf8')).toBe('')
  })

  await test.step('dropped, with a question where the name is taken', async () => {
    await drop(page, { name: 'empty', text: 'not empty any more' })
    await page.getByRole('button', { name: 'Keep both' }).click()
    await expect(page.getByRole('row', { name: /empty \(2\)/ })).toBeVisible()
    expect(await readFile(join(there, 'empty'), 'utf8')).toBe('')
  })

  await test.step('a page that is left asks first, says what is kept, and the same file goes on there', async () => {
    const model = join(here, 'model.safetensors')
    await writeFile(model, randomBytes(bytes))
    const before = way.bytes
    way.holdAfter(bytes / 2)
    await choose(page, [model])
    await expect.poll(() => way.bytes - before, { timeout: 30_000 }).toBeGreaterThan(bytes / 2)
    const asked = page.waitForEvent('dialog')
    const reloaded = page.reload()
    const question = await asked
    expect(question.type()).toBe('beforeunload')
    await question.accept()
    await reloaded
    way.letGo()
    await labFiles.open()
    const row = page.getByRole('listitem').filter({ hasText: 'model.safetensors' }).first()
    await expect(row).toContainText('is gone or does not answer', { timeout: 30_000 })
    await choose(page, [model])
    const whole = page.getByRole('row', { name: /model\.safetensors/ }).filter({ hasNotText: '.part' })
    await expect(whole).toBeVisible({ timeout: 30_000 })
    expect(await sha256(join(there, 'model.safetensors'))).toBe(await sha256(model))
    expect(way.bytes - before).toBeLessThan(1.25 * bytes)
  })
})

async function choose(page: Page, paths: readonly string[]): Promise<void> {
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Upload…' }).click()
  await (await chooser).setFiles([...paths])
}

async function drop(page: Page, { name, text }: { name: string; text: string }): Promise<void> {
  const data = await page.evaluateHandle(
    ([itsName, itsText]) => {
      const transfer = new DataTransfer()
      transfer.items.add(new File([itsText ?? ''], itsName ?? ''))
      return transfer
    },
    [name, text],
  )
  const list = page.getByRole('region', { name: 'Files' })
  await list.dispatchEvent('dragenter', { dataTransfer: data })
  await list.dispatchEvent('dragover', { dataTransfer: data })
  await expect(page.getByRole('heading', { name: 'Drop to copy into lab' })).toBeVisible()
  await list.dispatchEvent('drop', { dataTransfer: data })
}
