import { access, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '../lab-files-fixture.ts'

const many = 10_000

test('by keys alone: folders, links, a look inside, new names, deletion with a question, and ten thousand entries', async ({
  app,
  labFiles,
}) => {
  const { page } = app
  const { keyboard } = page
  const { there } = labFiles
  await mkdir(join(there, 'runs'))
  await writeFile(join(there, 'runs', 'loss.txt'), 'step 1, loss 0.5\n')
  await symlink('runs', join(there, 'latest'))
  await symlink('nowhere', join(there, 'lost'))
  await labFiles.open()
  const row = (name: RegExp) => page.getByRole('row', { name })
  await expect(row(/^latest .*link to runs/)).toBeVisible()
  await expect(row(/^lost .*link to nowhere, which does not exist/)).toBeVisible()
  const dialog = page.getByRole('dialog')

  await test.step('into a folder, a look inside a file, and out again', async () => {
    await row(/^runs/).click()
    await keyboard.press('Enter')
    await expect(row(/^loss\.txt/)).toBeVisible()
    await expect(page.getByRole('grid')).toBeFocused()
    await keyboard.press('ArrowDown')
    await keyboard.press('Space')
    await expect(dialog).toContainText('step 1, loss 0.5')
    await keyboard.press('Escape')
    await keyboard.press('Backspace')
    await expect(row(/^runs/)).toBeVisible()
  })

  await test.step('another name, one that is taken, and a new folder', async () => {
    await row(/^lost/).click()
    await keyboard.press('F2')
    await expect(dialog).toContainText('Rename lost')
    await dialog.getByLabel('Name').fill('latest')
    await keyboard.press('Enter')
    await expect(dialog).toContainText('is there already')
    await dialog.getByLabel('Name').fill('笔记 notes')
    await keyboard.press('Enter')
    await expect(row(/^笔记 notes/)).toBeVisible()
    await keyboard.press('Control+Shift+KeyN')
    await dialog.getByLabel('Name').fill('new one')
    await keyboard.press('Enter')
    await expect(row(/^new one/)).toBeVisible()
  })

  await test.step('deleted by name, after a question, and a link without what it leads to', async () => {
    await row(/^latest/).click()
    await keyboard.press('Delete')
    await expect(dialog).toContainText('Delete latest?')
    await keyboard.press('Escape')
    await expect(row(/^latest/)).toBeVisible()
    await keyboard.press('Delete')
    await dialog.getByRole('button', { name: 'Delete', exact: true }).press('Enter')
    // what is behind a dialog has no role
    await expect(dialog).toBeHidden()
    await expect(row(/^latest/)).toHaveCount(0)
    expect(await readFile(join(there, 'runs', 'loss.txt'), 'utf8')).toContain('loss 0.5')
    await expect(access(join(there, 'latest'))).rejects.toThrow('ENOENT')
  })

  await test.step('ten thousand entries are there, few of them drawn, and letters narrow them', async () => {
    const numbers = Array.from({ length: many }, (_, index) => String(index).padStart(5, '0'))
    const crowd = join(there, 'new one')
    await Promise.all(numbers.map((number) => writeFile(join(crowd, `step-${number}.pt`), '')))
    await row(/^new one/).click()
    await keyboard.press('Enter')
    await expect(page.getByText('10,000 items')).toBeVisible()
    await expect(row(/^step-00000\.pt/)).toBeVisible()
    await expect(page.getByRole('grid')).toBeFocused()
    expect(await page.getByRole('row').count()).toBeLessThan(100)
    await keyboard.press('End')
    await keyboard.type('09999')
    await expect(row(/^step-09999\.pt/)).toBeVisible()
    await expect(row(/^step-00000\.pt/)).toHaveCount(0)
  })
})
