import type { Locator } from '@playwright/test'
import { expect, test } from '../app-fixture.ts'
import { WelcomePage } from '../pages/welcome-page.ts'

test.skip(
  ({ host }) => host === 'electron',
  'the window has no address, and forms of its own are closed by a person',
)

async function boxOf(one: Locator) {
  const box = await one.boundingBox()
  if (!box) throw new Error('it is not on the screen')
  return box
}

const lacksToken = 'This address lacks the token of NPS Desktop'

test('an address without its token says what is missing, and covers nothing in the smallest window', async ({
  app: { page },
}) => {
  await expect(new WelcomePage(page).heading).toBeVisible()
  const other = await page.context().newPage()
  await other.setViewportSize({ width: 900, height: 640 })
  await other.goto(new URL(page.url()).origin)
  await expect(other.getByRole('alert')).toContainText(lacksToken)
  await expect(other.getByRole('alert')).toContainText('#token=')
  await expect(other.getByRole('heading', { name: 'Not connected.' })).toBeVisible()
  const said = await boxOf(other.getByRole('alert'))
  const button = await boxOf(other.getByRole('button', { name: 'Add', exact: true }))
  const gear = await boxOf(other.getByRole('link', { name: 'Settings' }))
  for (const { y, height } of [button, gear]) expect(y + height).toBeLessThanOrEqual(said.y)
  // of an earlier start
  await other.evaluate(() => (location.hash = '#token=of-yesterday'))
  await expect(other.getByRole('alert')).toContainText(lacksToken)
  const token = await page.evaluate(() => sessionStorage.getItem('nps-desktop:token') ?? '')
  await other.evaluate((whole) => (location.hash = `#token=${whole}`), token)
  await expect(other.getByRole('alert')).toHaveCount(0)
  await expect(new WelcomePage(other).heading).toBeVisible()
})

test('one tab too many is told so, and another name of this computer where it is', async ({
  app: { page },
}) => {
  await expect(new WelcomePage(page).heading).toBeVisible()
  await page.evaluate(async () => {
    const token = sessionStorage.getItem('nps-desktop:token') ?? ''
    for (let n = 1; n < 32; n++) {
      const tab = new WebSocket(`ws://${location.host}/api?token=${token}`)
      await new Promise((resolve) => tab.addEventListener('open', resolve))
    }
  })
  const { origin, port } = new URL(page.url())
  const token = await page.evaluate(() => sessionStorage.getItem('nps-desktop:token') ?? '')
  const other = await page.context().newPage()
  await other.goto(`${origin}/#token=${token}`)
  await expect(other.getByRole('alert')).toContainText('NPS Desktop is open in too many tabs')
  await page.close()
  await expect(other.getByRole('alert')).toHaveCount(0)

  const answer = await other.request.get(origin, { headers: { host: `lab.example:${port}` } })
  expect(answer.status()).toBe(421)
  expect(await answer.text()).toContain(`http://127.0.0.1:${port}`)
})

test('a form that was filled in is not lost to a reload without a question', async ({ app: { page } }) => {
  await new WelcomePage(page).connectToRunning()
  const reload = () => page.evaluate(() => void setTimeout(() => location.reload()))
  await page.getByLabel('Address of the server').fill('203.0.113.7')
  const asked = page.waitForEvent('dialog')
  await reload()
  const question = await asked
  expect(question.type()).toBe('beforeunload')
  await question.dismiss()
  await expect(page.getByLabel('Address of the server')).toHaveValue('203.0.113.7')

  // nothing is lost any more
  await page.keyboard.press('Control+,')
  await expect(page.getByRole('heading', { name: 'Settings' })).toBeVisible()
  const loaded = page.waitForEvent('load')
  await reload()
  await loaded
  await expect(page.getByRole('heading', { name: 'Settings' })).toBeVisible()
})
