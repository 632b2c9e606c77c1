import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DatagramTargets } from '../../harness/peers/datagram-targets.ts'
import { refused, SocksClient, socksCommands } from '../../harness/peers/socks-client.ts'
import { expect, test } from '../app-fixture.ts'
import { HomePage } from '../pages/home-page.ts'
import { TunnelPage } from '../pages/tunnel-page.ts'
import { TunnelSheet } from '../pages/tunnel-sheet.ts'
import { WelcomePage } from '../pages/welcome-page.ts'

const answerTimeoutMs = 15_000

test('the sheet adds a SOCKS5 tunnel with a password and a UDP tunnel with a quota; real clients use them', async ({
  app,
}) => {
  const { page } = app
  const home = new HomePage(page)
  const sheet = new TunnelSheet(page)
  const targets = new DatagramTargets()
  using _targets = { [Symbol.dispose]: () => targets.close() }
  const web = await startWeb()
  await using _web = { [Symbol.asyncDispose]: () => closed(web) }
  await new WelcomePage(page).tryItHere()
  await expect(home.sentence).toHaveText('All three tunnels are ready.', { timeout: 30_000 })

  const socksPort =
    await test.step('SOCKS5: the foot says the address before there is a tunnel', async () => {
      await sheet.open(/SOCKS5/)
      await sheet.enter({ Name: 'Lab network', User: 'lab', Password: 'only for this test' })
      const said = await sheet.result.innerText()
      await sheet.add()
      await expect(home.row('Lab network', 'ready')).toBeVisible()
      expect(said).toMatch(/^socks5:\/\/127\.0\.0\.1:\d+$/)
      await expect(home.row('Lab network')).toContainText(said)
      return portOf(said)
    })

  await test.step('whoever knows the password reaches what the lab box reaches, others nothing', async () => {
    const client = new SocksClient(socksPort)
    const to = { host: '127.0.0.1', port: (web.address() as AddressInfo).port }
    try {
      expect((await client.ask(socksCommands.connect, to)).reply).toBe(refused)
      const wrong = { name: 'lab', password: 'a guess' }
      expect((await client.ask(socksCommands.connect, to, { user: wrong })).reply).toBe(refused)
      const user = { name: 'lab', password: 'only for this test' }
      const { reply, socket } = await client.ask(socksCommands.connect, to, { user })
      expect(reply).toBe(0)
      socket.end('GET / HTTP/1.0\r\n\r\n')
      const [answer] = (await once(socket, 'data', { signal: AbortSignal.timeout(answerTimeoutMs) })) as [
        Buffer,
      ]
      expect(answer.toString()).toContain('HTTP/1.1 200')
    } finally {
      client.close()
    }
  })

  const udpPort = await test.step('UDP: a target and limits, which say folded what is set', async () => {
    await sheet.open(/UDP/)
    await sheet.enter({ Name: 'Echo', 'Address on Sample lab box': `127.0.0.1:${await targets.echo()}` })
    await sheet.unfoldLimits()
    await sheet.enter({ 'Month’s quota': '0.000002', 'Connections at once': '1' })
    await expect(sheet.limits).toContainText('0.000002 GB a month, 1 at once')
    const said = await sheet.result.innerText()
    await sheet.add()
    await expect(home.row('Echo')).toContainText('UDP is not checked')
    return portOf(said)
  })

  await test.step('datagrams go there and back until the month’s quota is used up, which the row then says', async () => {
    const socket = await targets.bind()
    for (let exchange = 0; exchange < 2; exchange += 1) {
      const answered = once(socket, 'message', { signal: AbortSignal.timeout(answerTimeoutMs) })
      socket.send(Buffer.alloc(500, 'u'), udpPort, '127.0.0.1')
      const [datagram] = (await answered) as [Buffer]
      expect(datagram.length).toBe(500)
    }
    await expect(home.row('Echo', 'broken')).toContainText('The traffic limit is used up.', {
      timeout: 30_000,
    })
  })

  await test.step('its page shows the limits with their use, and its form raises the quota', async () => {
    await new TunnelPage(page).open('Echo')
    const limits = page.locator('section').filter({ has: page.getByRole('heading', { name: 'Limits' }) })
    await expect(limits).toContainText('2.0 KB of 2.0 KB this month')
    await expect(limits).toContainText('Used up.')
    await page.getByRole('button', { name: 'Edit', exact: true }).click()
    const form = page.getByRole('dialog')
    await expect(form.getByRole('button', { name: /^Limits/ })).toContainText('0.000002 GB a month')
    await form.getByRole('button', { name: /^Limits/ }).click()
    await form.getByLabel('Month’s quota').fill('1')
    await form.getByRole('button', { name: 'Save', exact: true }).click()
    await expect(form).toHaveCount(0)
    await expect(limits).toContainText('of 1.00 GB this month')
  })
})

test('a range is a tunnel for each port, said before they are there, and each leads to its own service', async ({
  app,
}) => {
  const { page } = app
  const home = new HomePage(page)
  const sheet = new TunnelSheet(page)
  // neighbours, which port 0 does not give; below those that it does give
  const ports = [24_611, 24_612, 24_613]
  const webs = await Promise.all(ports.map((port) => startWeb(port, `the page on ${port}`)))
  await using _webs = { [Symbol.asyncDispose]: async () => void (await Promise.all(webs.map(closed))) }
  await new WelcomePage(page).tryItHere()
  await expect(home.sentence).toHaveText('All three tunnels are ready.', { timeout: 30_000 })
  await sheet.open(/TCP/)
  await sheet.enter({
    Name: 'Pages',
    'Address on Sample lab box': '127.0.0.1:24611-24613',
    'Port on this laptop': '1-2',
  })
  await expect(page.getByText('These are 2 ports, and 3 on the lab box')).toBeVisible()
  await expect(sheet.submit).toBeDisabled()
  await sheet.enter({ 'Port on this laptop': '' })
  await expect(
    page.getByText('Makes 3 tunnels, each to its own address: 127.0.0.1:24611 … 127.0.0.1:24613.'),
  ).toBeVisible()
  await sheet.add()
  for (const port of ports) {
    await expect(home.row(`Pages ${port}`, 'ready')).toBeVisible({ timeout: 30_000 })
    const address = await home.address(`Pages ${port}`)
    expect(await (await fetch(`http://${address}/`)).text()).toBe(`the page on ${port}`)
  }
})

async function startWeb(port = 0, page = 'the lab’s own page'): Promise<Server> {
  const server = createServer((_, response) => response.end(page))
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return server
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(':') + 1))
}
