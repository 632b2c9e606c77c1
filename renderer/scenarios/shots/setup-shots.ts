import type { Page } from '@playwright/test'
import { serverScreens } from './server-shots.ts'
import type { Shot } from './shot.ts'

/** The middle of the footer is where a wizard goes on. */
async function goOn(page: Page): Promise<void> {
  await page.locator('.foot .fill').click()
}

async function typeAddress(page: Page): Promise<void> {
  const fields = page.locator('main form input')
  await fields.nth(0).fill('120.1.1.2')
  await fields.nth(2).fill('root')
  await goOn(page)
  await page.locator('.host-key').waitFor()
}

async function openFile(page: Page): Promise<void> {
  await page.getByRole('tab').nth(1).click()
  await page.locator('.file textarea').waitFor()
}

/** The sheet of the lab box's page: its form, or the start that is under way. */
async function openStart(page: Page): Promise<void> {
  const show = page.locator('.found .line button')
  await ((await show.count()) > 0 ? show.first() : page.locator('.found .foot button').first()).click()
  await page.locator('.sheet .inside :is(.picks, .steps, .none)').first().waitFor()
}

/** The wizards and the pages of machines. */
export const setupScreens: readonly Shot[] = [
  { name: 'setup-sign-in', scenario: 'empty', path: 'setup', ready: 'main form input' },
  { name: 'setup-host-key', scenario: 'empty', path: 'setup', ready: 'main form input', act: typeAddress },
  {
    name: 'setup-secret',
    scenario: 'empty',
    path: 'setup',
    ready: 'main form input',
    act: async (page) => {
      await typeAddress(page)
      await goOn(page)
      await page.locator('.secret').waitFor()
    },
  },
  {
    name: 'setup-key-changed',
    scenario: 'empty',
    path: 'setup',
    ready: 'main form input',
    act: async (page) => {
      const fields = page.locator('main form input')
      await fields.nth(0).fill('changed.example.org')
      await fields.nth(2).fill('root')
      await goOn(page)
      await page.getByRole('dialog').waitFor()
    },
  },
  { name: 'setup-begun', scenario: 'setup-begun', path: 'setup/s1', ready: '.foot .fill' },
  ...[
    'setup-check',
    'setup-upload',
    'setup-sudo',
    'setup-taken',
    'setup-trying',
    'setup-ports',
    'setup-ports-host',
    'setup-ports-done',
    'setup-bridge',
    'setup-lab-job',
    'setup-lab-failed',
  ].map((name) => ({ name, scenario: name, path: 'setup/s1', ready: '.job' })),
  { name: 'setup-lab', scenario: 'setup-lab', path: 'setup/s1', ready: 'main form input' },
  { name: 'setup-lab-paste', scenario: 'setup-lab-paste', path: 'setup/s1', ready: '.copy-text' },
  {
    name: 'setup-lab-online',
    scenario: 'setup-lab-online',
    path: 'servers/s1/add-lab?labId=l1',
    ready: '.start-kind',
  },
  { name: 'setup-tunnels', scenario: 'setup-tunnels', path: 'setup/s1', ready: '.preset' },
  { name: 'connect', scenario: 'empty', path: 'connect', ready: 'main form' },
  {
    name: 'connect-link',
    scenario: 'empty',
    path:
      'connect?link=' +
      encodeURIComponent(
        'nps-desktop://connect?host=120.1.1.2&port=8024&key=k3x9m2pqk3x9m2pq&fingerprint=sha256:7f3a',
      ),
    ready: 'main form',
  },
  { name: 'sign-in', scenario: 'few', path: 'sign-in/server/s1', ready: 'main form input' },
  { name: 'server', scenario: 'server-closed-ports', path: 'servers/s1', ready: '.conf-field' },
  { name: 'server-udp', scenario: 'server-udp-dropped', path: 'servers/s1', ready: '.conf-field' },
  ...serverScreens,
  {
    name: 'server-conf-changed',
    scenario: 'server-dropped-ports',
    path: 'servers/s1',
    ready: '.conf-field',
    act: async (page) => {
      await page.locator('[data-key="allow_ports"] input').fill('7000-8849')
      await page.locator('[data-key="web_port"] input').fill('8081')
    },
  },
  { name: 'server-conf-file', scenario: 'few', path: 'servers/s1', ready: '.conf-field', act: openFile },
  {
    name: 'server-conf-wrong',
    scenario: 'few',
    path: 'servers/s1',
    ready: '.conf-field',
    act: async (page) => {
      await page.locator('[data-key="web_port"] input').fill('eighty')
      await page.locator('.save .fill').click()
      await page.locator('.conf .fault').waitFor()
    },
  },
  {
    name: 'server-log',
    scenario: 'few',
    path: 'servers/s1',
    ready: '.conf-field',
    act: async (page) => {
      await page.locator('.column:first-child [aria-expanded]').last().click()
      await page.getByRole('log').waitFor()
    },
  },
  {
    name: 'server-remove',
    scenario: 'few',
    path: 'servers/s1',
    ready: '.conf-field',
    act: async (page) => {
      await page.locator('.page-header .icon-button').click()
      await page.getByRole('menuitem').last().click()
      await page.getByRole('dialog').waitFor()
    },
  },
  { name: 'server-down', scenario: 'server-away', path: 'servers/s1', ready: '.fault' },
  { name: 'server-gone', scenario: 'few', path: 'servers/none', ready: '.empty' },
  { name: 'server-not-set-up', scenario: 'setup-begun', path: 'servers/s1', ready: '.empty' },
  { name: 'lab-page', scenario: 'few', path: 'labs/l1', ready: '[data-tunnel-row]' },
  { name: 'lab-found', scenario: 'found', path: 'labs/l1', ready: '[data-found]', height: 1000 },
  { name: 'home-found', scenario: 'found', ready: '[data-also-running]' },
  {
    name: 'home-found-narrow',
    scenario: 'found',
    ready: '[data-also-running]',
    width: 900,
    dark: true,
    chinese: true,
  },
  { name: 'lab-found-moved', scenario: 'found-moved', path: 'labs/l1', ready: '[data-found]', height: 1000 },
  { name: 'lab-found-unseen', scenario: 'found-unseen', path: 'labs/l1', ready: '.found .fault' },
  ...(['start-failed', 'start-done'] as const).map((scenario) => ({
    name: `lab-${scenario}`,
    scenario,
    path: 'labs/l1',
    ready: '[data-found]',
    act: async (page: Page) => {
      await openStart(page)
      await page.locator('.sheet footer .fill').click()
      await page.locator('.sheet .inside :is(.fault, .chain)').first().waitFor()
    },
  })),
  ...(['start-form', 'start-new', 'start-none', 'start-progress'] as const).map((scenario) => ({
    name: `lab-${scenario}`,
    scenario,
    path: 'labs/l1',
    ready: '[data-found]',
    act: openStart,
  })),
  { name: 'lab-found-off', scenario: 'found-off', path: 'labs/l1', ready: '.found' },
  { name: 'lab-found-npc', scenario: 'found-npc', path: 'labs/l1', ready: '[data-found]' },
  { name: 'lab-found-untold', scenario: 'found-untold', path: 'labs/l1', ready: '.found' },
  { name: 'lab-gone', scenario: 'few', path: 'labs/none', ready: '.empty' },
  { name: 'lab-empty', scenario: 'no-tunnels', path: 'labs/l1', ready: '.empty' },
  { name: 'lab-offline', scenario: 'lab-offline', path: 'labs/l1', ready: '.fault' },
  {
    name: 'lab-remove',
    scenario: 'few',
    path: 'labs/l1',
    ready: '[data-tunnel-row]',
    act: async (page) => {
      await page.locator('.page-header .icon-button').click()
      await page.getByRole('menuitem').last().click()
      await page.getByRole('dialog').waitFor()
    },
  },
]
