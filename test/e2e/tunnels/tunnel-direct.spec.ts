import type { Locator, Page } from '@playwright/test'
import { expect } from '../app-fixture.ts'
import { TunnelPage } from '../pages/tunnel-page.ts'
import { test } from '../scripted-world.ts'

// real direct ways are in direct.machine.spec.ts
test.skip(({ host }) => host === 'electron', 'the pages over a scripted backend; nothing of the window')

test('the settings of a tunnel let its direct way guess ports, switch it off and allow it again, and the page says what goes how', async ({
  open,
}) => {
  const page = await open('direct', 'tunnels/t8888')
  const { way } = new TunnelPage(page)
  const choice = page.getByRole('combobox', { name: 'Direct' })
  await expect(choice).toHaveText('When possible')
  await expect(way).toContainText('nothing goes through the server')

  await choose(page, choice, 'Also by guessing ports')
  await expect(choice).toHaveAccessibleDescription(/npc on lab-a100 has to be started with -direct=guess too/)
  await expect(way).toContainText('Looking for a direct way…')

  await choose(page, choice, 'Never')
  await expect(choice).toHaveAccessibleDescription(/^New connections go through cloud-hz/)
  await expect(way).toContainText('The direct way is switched off in the settings of this tunnel.')
  await expect(page.getByText('Ready · through the server · ')).toBeVisible()

  await choice.focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('option', { name: 'Never' })).toBeFocused()
  await page.keyboard.press('Home')
  // the list moves the focus in a turn of its own
  await expect(page.getByRole('option', { name: 'When possible' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(choice).toHaveText('When possible')
  await expect(choice).toBeFocused()
})

test('the path test has a row of the direct way, and a quota turns that way off as the limits had said', async ({
  open,
}) => {
  const page = await open('direct', 'tunnels/t8888')
  const tunnel = new TunnelPage(page)
  await expect(tunnel.pathTest).toContainText('up to 8 MB through the server')
  await tunnel.pathTest.getByRole('button', { name: 'Test', exact: true }).click()
  const row = tunnel.pathTest.getByRole('row', { name: /This laptop → lab-a100, direct/ })
  for (const part of ['12 ms', '0.2 % lost', '↑ 88.4 Mbit/s', 'in use']) await expect(row).toContainText(part)
  await expect(tunnel.pathTest.getByRole('status')).toContainText('is slow; direct goes around it.')
  await expect(tunnel.pathTest.getByRole('button', { name: 'Test again' })).toBeEnabled()

  await expect(tunnel.limits).toContainText('A limit, here or for all of lab-a100, turns the direct way off.')
  await page.getByRole('button', { name: 'Edit', exact: true }).click()
  const form = page.getByRole('dialog')
  await form.getByRole('button', { name: /^Limits/ }).click()
  await form.getByLabel('Month’s quota').fill('50')
  await form.getByRole('button', { name: 'Save', exact: true }).click()
  await expect(form).toHaveCount(0)
  await expect(tunnel.limits).toContainText('31.4 GB of 50.0 GB this month')
  await expect(tunnel.limits).toContainText('cloud-hz keeps these limits, so this tunnel never goes direct.')
  await expect(tunnel.way).toContainText('has to pass cloud-hz')
  // measured before it passed the server
  await tunnel.pathTest.getByRole('button', { name: 'Test again' }).click()
  await expect(tunnel.pathTest.getByRole('row', { name: /All the way → Jupyter/ })).toContainText('47 ms')
  await expect(row).toHaveCount(0)
})

test('while its server is away, the page of a direct tunnel says what has become of the way, and as of when its counts are', async ({
  open,
}) => {
  {
    const page = await open('alone', 'tunnels/t8888')
    await expect(new TunnelPage(page).way).toContainText('It goes on without cloud-hz.')
    await expect(page.getByRole('button', { name: 'Open notebook' })).toBeEnabled()
  }
  const page = await open('alone', 'tunnels/t6006')
  const { way, limits, connections } = new TunnelPage(page)
  await expect(way.getByRole('status')).toHaveText('There is no way now.')
  await expect(way).toContainText(/The direct way ended at \d\d:\d\d, and cloud-hz does not answer\./)
  await expect(limits).toContainText(/as of \d\d:\d\d/)
  await expect(connections).toContainText(/2 · as of \d\d:\d\d/)
  await expect(page.getByText(/^28\.1\sGB as of \d\d:\d\d$/)).toBeVisible()
})

async function choose(page: Page, choice: Locator, name: string): Promise<void> {
  await choice.click()
  await page.getByRole('option', { name }).click()
  await expect(choice).toHaveText(name)
}
