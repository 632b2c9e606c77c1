import { createHash, generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { AppAndRelay } from '../../../electron/testing/app-and-relay.ts'
import { hostsDefaults } from '../../../relay-core/src/config/relay/hosts-config.ts'
import { selfSignedCertificate } from '../../../relay-core/src/net/tls/self-signed-certificate.ts'
import { freePort } from '../../../relay-core/src/testing/free-port.ts'
import { loopbackRelay } from '../../../relay-core/src/testing/loopback-relay.ts'
import type { App } from '../app-fixture.ts'
import { expect, test } from '../app-fixture.ts'
import { TunnelSheet } from '../pages/tunnel-sheet.ts'
import { WelcomePage } from '../pages/welcome-page.ts'

/** Browsers look names under `localhost` up on their own machine. */
const name = 'demo.localhost'
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const fingerprint = createHash('sha256')
  .update(publicKey.export({ type: 'spki', format: 'der' }))
  .digest('base64')

// The browser takes a certificate of this very key and no other one that nobody vouches for.
test.use({ browserArgs: [`--ignore-certificate-errors-spki-list=${fingerprint}`] })

test('a web address with a certificate of its own is added in the sheet and opens in the browser by its button', async ({
  app,
}) => {
  const bed = await AppAndRelay.start()
  const asked: IncomingMessage['headers'][] = []
  const web = createServer(({ headers }, response) => {
    asked.push(headers)
    response.setHeader('content-type', 'text/html').end('<h1>The demo of the lab</h1>')
  })
  try {
    web.listen(0, '127.0.0.1')
    await once(web, 'listening')
    const httpsPort = await freePort()
    await serveHttps(bed, httpsPort)
    await knowLab(app, bed)
    const [certificate, key] = [join(bed.folder, 'demo.pem'), join(bed.folder, 'demo.key')]
    await writeFile(certificate, selfSignedCertificate(privateKey, publicKey))
    await writeFile(key, privateKey.export({ type: 'pkcs8', format: 'pem' }))

    const { page } = app
    const sheet = new TunnelSheet(page)
    await page
      .getByRole('link', { name: /lab-a100/ })
      .first()
      .click()
    // Home has such a button too, whose form would go with its page.
    await expect(page.getByRole('heading', { level: 1, name: 'lab-a100' })).toBeVisible()
    await page.getByRole('button', { name: 'Other', exact: true }).click()
    const form = page.getByRole('dialog')
    await form.locator('label').filter({ hasText: 'A web address' }).click()
    await sheet.enter({
      Name: 'Demo',
      'Domain name': name,
      'Address on lab-a100': `127.0.0.1:${(web.address() as AddressInfo).port}`,
    })
    await form.getByRole('button', { name: /^Details/ }).click()
    await sheet.enter({
      'Certificate, a file on the server': certificate,
      'Its key, a file on the server': key,
    })
    await expect(sheet.result).toHaveText(`https://${name}:${httpsPort}`)
    await sheet.add()

    const open = page.getByRole('button', { name: 'Open page' })
    const opened = await app.running.openedPage(() => open.click())
    await expect(opened.getByRole('heading', { name: 'The demo of the lab' })).toBeVisible()
    expect(opened.url()).toBe(`https://${name}:${httpsPort}/`)
    expect(asked.at(-1)).toMatchObject({ host: `${name}:${httpsPort}`, 'x-forwarded-proto': 'https' })
  } finally {
    await app.close()
    await closed(web)
    await bed.close()
  }
})

async function serveHttps(bed: AppAndRelay, httpsPort: number): Promise<void> {
  const hosts = { ...hostsDefaults, ip: '127.0.0.1', httpsPort, addOrigin: true }
  const { bridgePort } = bed.opened
  await bed.relay.applyConfig({ ...loopbackRelay, bridgePort, hosts })
}

/** The lab box is online, and the app connects to its server as one that it did not set up. */
async function knowLab(app: App, bed: AppAndRelay): Promise<void> {
  const serverId = await bed.connectApp()
  await bed.overviewWhere(({ servers }) => servers[0]?.link.state === 'online')
  const { labId } = await bed.app.labs.add({ serverId, name: 'lab-a100', address: null })
  await bed.startAgent(await bed.vkeyOf(labId))
  await bed.overviewWhere(({ labs }) => labs[0]?.state.state === 'online')
  const { page } = app
  const { bridgePort, adminKey } = bed.opened
  await new WelcomePage(page).connectToRunning()
  await page.getByLabel('Address of the server').fill('127.0.0.1')
  await page.getByLabel('Port for lab boxes').fill(String(bridgePort))
  await page.getByLabel('Admin key').fill(adminKey.reveal())
  await page.getByRole('button', { name: 'Connect', exact: true }).click()
  await page.getByRole('button', { name: 'Continue', exact: true }).click()
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
