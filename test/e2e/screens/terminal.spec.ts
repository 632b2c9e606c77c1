import { join } from 'node:path'
import type { Locator } from '@playwright/test'
import { startLocalSshd } from '../../harness/local-sshd.ts'
import { expect, test } from '../app-fixture.ts'
import { goTo, knowLab, signIn } from '../pages/lab-files-page.ts'

/** What a shell of the account that runs the test is asked, so that the question does not hold the answer. */
const asks = (before: string, after: string) => `printf '%s-%s\\n' ${before} ${after}\n`

test('shells in tabs: by keys alone they are searched, copied from, pasted into, enlarged and left, and they answer after a hundred megabytes', async ({
  app,
}) => {
  test.setTimeout(240_000)
  const sshd = await startLocalSshd()
  try {
    const labId = await knowLab(app)
    const { page } = app
    const { keyboard } = page
    const text = page.locator('.xterm-rows')
    const connected = page.getByText(/^Connected for/)
    const tabs = page.getByRole('tab', { name: /lab-a100/ })

    await test.step('a shell ends with its tab where the settings say so', async () => {
      await goTo(page, '#/settings')
      const keeps = page.getByRole('switch', { name: 'Keep shells on the lab box' })
      await keeps.click()
      await expect(keeps).not.toBeChecked()
      const user = { port: sshd.port, user: sshd.user, key: app.pathThere(join(sshd.folder, 'user')) }
      await signIn(page, labId, user)
      await keyboard.press('t')
      await expect(connected).toBeVisible({ timeout: 30_000 })
      await expect(page.getByText('ends with its connection', { exact: true })).toBeVisible()
      await keyboard.type(asks('first', 'shell'))
      await expect(text).toContainText('first-shell')
    })

    await test.step('larger text leaves room for fewer columns, and the shell knows', async () => {
      const columns = async (label: string) => {
        await keyboard.type(`echo ${label}=$(stty size)\n`)
        const line = text.getByText(new RegExp(`^${label}=\\d+ \\d+`))
        await expect(line).toBeVisible()
        return Number(/ (\d+)/.exec(await line.innerText())?.[1])
      }
      const usual = await columns('usual')
      await keyboard.press('Control+Shift+Equal')
      await keyboard.press('Control+Shift+Equal')
      await expect.poll(() => columns('larger')).toBeLessThan(usual)
      await keyboard.press('Control+Shift+Digit0')
    })

    await test.step('what is found is copied, and pasted into the shell', async () => {
      await keyboard.type(`clear; ${asks('needle', 'in-the-hay')}`)
      await expect(text).toContainText('needle-in-the-hay')
      await keyboard.press('Control+Shift+KeyF')
      await keyboard.type('needle-in-the-hay')
      await expect(page.getByRole('search')).toContainText('1 of 1')
      await keyboard.press('Control+Shift+KeyC')
      await keyboard.press('Escape')
      await expect(page.getByRole('search')).toBeHidden()
      await keyboard.type('echo pasted:')
      await keyboard.press('Control+Shift+KeyV')
      await keyboard.press('Enter')
      await expect(row(text, 'pasted:needle-in-the-hay')).toBeVisible()
    })

    await test.step('letters that an account without a locale is typed arrive, and those of two columns take two', async () => {
      await keyboard.type(`clear; printf '%s\\n' '笔记🧪|' 'abcdef|'\n`)
      await expect(row(text, 'abcdef|')).toBeVisible()
      const [wide, narrow] = await text.evaluate((rows) =>
        ['🧪|', 'abcdef|'].map((end) => {
          const ends = [...rows.children].findLast((one) => one.textContent.trimEnd().endsWith(end))
          const place = document.createRange()
          place.selectNodeContents(ends?.lastElementChild ?? rows)
          return place.getBoundingClientRect().right
        }),
      )
      expect(Math.abs((wide ?? 0) - (narrow ?? 99))).toBeLessThan(3)
    })

    await test.step('a second shell beside the first one, each with its own text', async () => {
      await keyboard.press('Control+Shift+KeyT')
      await expect(tabs).toHaveCount(2)
      await expect(connected).toBeVisible({ timeout: 30_000 })
      await keyboard.type(asks('second', 'shell'))
      await expect(text).toContainText('second-shell')
      await keyboard.press('Control+Shift+BracketLeft')
      await expect(text).toContainText('abcdef|')
      await expect(text).not.toContainText('second-shell')
      await keyboard.press('Control+Shift+BracketRight')
      await expect(text).toContainText('second-shell')
    })

    await test.step('a link to the lab box itself offers a tunnel', async () => {
      await keyboard.type(`clear; echo http://localhost:$((8700 + 65))/lab\n`)
      const link = text.getByText('http://localhost:8765/lab')
      // what lies above the text takes the mouse
      const { x, y } = (await link.boundingBox()) ?? { x: 0, y: 0 }
      await page.mouse.move(x + 20, y + 5)
      await expect(page.locator('.xterm-cursor-pointer')).toBeVisible()
      await page.mouse.click(x + 20, y + 5)
      const dialog = page.getByRole('dialog')
      await expect(dialog).toContainText('Port 8765 of lab-a100 has no tunnel yet.')
      await keyboard.press('Escape')
      await expect(dialog).toBeHidden()
    })

    await test.step('what prints without end can be stopped, and a hundred megabytes are shown while the app stays usable', async () => {
      await page.locator('.xterm').click()
      await keyboard.type('clear; yes\n')
      await expect(row(text, 'y').first()).toBeVisible()
      await keyboard.press('Control+KeyC')
      await keyboard.type(asks('yes', 'ended'))
      await expect(text).toContainText('yes-ended', { timeout: 20_000 })
      await keyboard.type(
        `yes 0123456789012345678901234567890123456789 | head -c 100000000; ${asks('all', 'shown')}`,
      )
      await keyboard.press('Control+Shift+KeyF')
      await expect(page.getByRole('search')).toBeVisible()
      await keyboard.press('Escape')
      await expect(text).toContainText('all-shown', { timeout: 90_000 })
    })

    await test.step('a shell that has ended says so, and its tab is closed', async () => {
      await keyboard.type('exit 3\n')
      await expect(page.getByText(/^The shell ended at/)).toBeVisible({ timeout: 30_000 })
      await expect(page.getByText('with exit code 3.')).toBeVisible()
      await keyboard.press('Control+Shift+KeyW')
      await expect(tabs).toHaveCount(1)
      await expect(text).toContainText('abcdef|')
    })
  } finally {
    await sshd.close()
  }
})

/** The row of the terminal that says just that. */
function row(text: Locator, said: string): Locator {
  return text.locator('> div').filter({ hasText: new RegExp(`^${said.replaceAll('|', '\\|')}\\s*$`) })
}
