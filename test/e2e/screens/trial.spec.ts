import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { probePort } from '../../testbed/network/probe-port.ts'
import { expect, test } from '../app-fixture.ts'
import { HomePage } from '../pages/home-page.ts'
import { TunnelPage } from '../pages/tunnel-page.ts'
import { WelcomePage } from '../pages/welcome-page.ts'

const tunnels = ['Sample shell', 'Sample notebook', 'Sample board']

test('try it on this laptop: real bytes through three tunnels, and nothing is left behind', async ({
  app,
}) => {
  const { page } = app
  const home = new HomePage(page)
  let newConnections = 0
  page.on('websocket', () => (newConnections += 1))
  await new WelcomePage(page).tryItHere()
  await expect(home.sentence).toHaveText('All three tunnels are ready.', { timeout: 30_000 })
  for (const name of tunnels) await expect(home.row(name, 'ready')).toBeVisible()
  await expect(page.getByText('Not in the trial')).toContainText('Terminal, Files')
  await expect(page.getByRole('link', { name: 'Go to the content' })).not.toBeFocused()
  const ports = await Promise.all(tunnels.map(async (name) => portOf(await home.address(name))))

  await test.step('the notebook opens and moves megabytes over its WebSocket', async () => {
    const notebook = await app.running.openedPage(() =>
      home.row('Sample notebook').getByRole('button', { name: 'Open notebook' }).click(),
    )
    await expect(notebook.getByRole('heading', { name: 'Sample notebook' })).toBeVisible()
    await expect(notebook.getByText('connected by WebSocket')).toBeVisible()
    // what the graph is to show is asked of it from the first reading on
    await expect(home.row('Sample notebook')).toContainText(/\d\s(B|KB)\/s/)
    await notebook.getByRole('button', { name: 'Run' }).click()
    await expect(notebook.getByText('4.2 MB came through the tunnel')).toBeVisible()
    await notebook.close()
  })

  await test.step('the board opens and its curve goes on', async () => {
    const board = await app.running.openedPage(() =>
      home.row('Sample board').getByRole('button', { name: 'Open board' }).click(),
    )
    await expect(board.getByText(/^step \d+, loss \d/)).toBeVisible()
    await board.close()
  })

  await test.step('the graph has moved, and all five stops say so', async () => {
    const tunnel = new TunnelPage(page)
    await tunnel.open('Sample notebook')
    await expect(tunnel.stops).toHaveCount(5)
    // Four megabytes came in some seconds; the sample's own visitor alone makes 66 KB/s. A second is told when it is over.
    await expect.poll(() => tunnel.busiestSecond()).toBeGreaterThan(500e3)
  })

  await test.step('a paused tunnel is closed, and opens again', async () => {
    await home.open()
    await home.choose('Sample board', 'Pause')
    await expect(home.row('Sample board', 'paused')).toBeVisible()
    expect(await probePort('127.0.0.1', ports[2] ?? 0)).toBe('refused')
    await home.row('Sample board').getByRole('button', { name: 'Start' }).click()
    await expect(home.row('Sample board', 'ready')).toBeVisible()
  })

  await test.step('a tunnel that is removed on its own page leads back to Home, where it can be brought back', async () => {
    await new TunnelPage(page).open('Sample board')
    await page.keyboard.press('Delete')
    await page.getByRole('dialog').getByRole('button', { name: 'Remove Sample board' }).click()
    await expect(home.sentence).toHaveText('Both tunnels are ready.')
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect(home.row('Sample board', 'ready')).toBeVisible()
  })

  await test.step('a question and a click end it: ports closed, files gone, the welcome page is back', async () => {
    await page.getByRole('button', { name: 'End the trial' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'End the trial' }).click()
    await expect(new WelcomePage(page).heading).toBeVisible()
    const answers = await Promise.all(ports.map((port) => probePort('127.0.0.1', port)))
    expect(answers).toEqual(['refused', 'refused', 'refused'])
    expect(existsSync(join(app.dataFolder, 'trial'))).toBe(false)
    expect(newConnections, 'connections of the page to its backend beside the first').toBe(0)
    expect((await readdir(app.dataFolder)).filter((name) => /trial|relay|nps\.conf/.test(name))).toEqual([])
  })
})

function portOf(address: string): number {
  const found = /(?:-p |:)(\d+)/.exec(address)?.[1]
  if (found === undefined) throw new Error(`no port in "${address}"`)
  return Number(found)
}
