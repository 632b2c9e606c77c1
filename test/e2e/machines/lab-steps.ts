import type { App } from '../app-fixture.ts'
import { expect } from '../bed-fixture.ts'
import { LabPage } from '../pages/lab-page.ts'
import { TunnelPage } from '../pages/tunnel-page.ts'
import { shoot } from '../screenshots.ts'
import { Training } from './training.ts'

/** The card shows the GPUs and the machine as they are, and moves with them. */
export async function lookAtCard(app: App, training: Training): Promise<void> {
  const lab = new LabPage(app.page)
  await lab.open('lab-a100')
  await expect(lab.gpu(0)).toContainText('93 %', { timeout: 30_000 })
  await expect(lab.gpu(0)).toContainText('71 °C')
  await expect(lab.gpu(0)).toContainText(new RegExp(`you\\s*${Training.processName}`))
  await expect(lab.gpu(3)).toContainText('Not in use')
  const before = await lab.figures()
  expect(before).toEqual([
    expect.stringMatching(/^CPU \d+ % of \d+ threads?/),
    expect.stringMatching(/^Memory \d.* of \d/),
    expect.stringMatching(/^Disk, \/ \d.* of \d.*, \d+ %$/),
    expect.stringMatching(/^Load, 1 min \d/),
  ])
  await training.goesOn()
  await expect(lab.gpu(0)).toContainText('12 %', { timeout: 20_000 })
  await expect.poll(async () => (await lab.figures())[1], { timeout: 20_000 }).not.toBe(before[1])
  await shoot(app, 'day-card')
}

/** Asked on the page of the lab box to tell when the training ends, which it does while the page of a tunnel is in front. */
export async function endWhileAway(app: App, training: Training, tunnel: string): Promise<void> {
  const wish = new LabPage(app.page).wish(`${Training.processName} ends`)
  await wish.click({ timeout: 60_000 })
  await expect(wish).toBeChecked()
  await new TunnelPage(app.page).open(tunnel)
  await training.ends()
}

/** The lab box is read each minute while something is waited for and nobody looks. */
export const toldTimeoutMs = 75_000

/** What the notification says then. */
export const trainingEnded =
  /^train\.py ended on lab-a100\. Ended after \d+ min\. GPU 0 and 1 are free now\.$/

/** The path test of the tunnel on the screen has a number for each leg. */
export async function testPath(
  app: App,
  { server, tunnel }: { server: string; tunnel: string },
): Promise<void> {
  const { pathTest } = new TunnelPage(app.page)
  await pathTest.getByRole('button', { name: 'Test', exact: true }).click()
  const rows = pathTest.locator('tbody tr')
  await expect(rows).toHaveCount(4, { timeout: 30_000 })
  const last = `lab-a100 → ${tunnel}`
  const legs = [`This laptop → ${server}`, `${server} → lab-a100`, last, `All the way → ${tunnel}`]
  for (const [index, leg] of legs.entries()) {
    const cells = rows.nth(index).locator('td')
    await expect(cells.first()).toContainText(leg)
    await expect(cells.nth(1)).toHaveText(/^(<1|\d+)\sms$/)
    // how much the service itself could take is not measured
    if (leg !== last) await expect(cells.nth(3)).toHaveText(/^↓\s\d[\d.]*\s↑\s\d[\d.]*\sMbit\/s$/)
  }
  await shoot(app, 'day-path')
}
