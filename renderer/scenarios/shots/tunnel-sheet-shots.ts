import type { Page } from '@playwright/test'
import type { Shot } from './shot.ts'

/** Opens the sheet on the lab box's page, at the kind at this place of the list; in a narrow window its list is a menu. */
async function openSheet(page: Page, place: number): Promise<void> {
  await page.locator('section .ghead .btn.quiet').first().click()
  await page.getByRole('menuitem').last().click()
  await page.locator('.sheet').waitFor()
  await page.locator('.kind').nth(place).click()
}

/** The same, with these in its first fields: name, target, port. */
async function fillSheet(page: Page, place: number, ...values: readonly string[]): Promise<void> {
  await openSheet(page, place)
  const fields = page.locator('.sheet .columns input')
  for (const [at, value] of values.entries()) await fields.nth(at).fill(value)
}

const lab = { scenario: 'found', path: 'labs/l1', ready: '[data-tunnel-row]' }

/** The form for a tunnel in its states, and the page of one with limits. */
export const tunnelSheets: Shot[] = [
  { ...lab, name: 'add-tunnel', act: (page) => openSheet(page, 1) },
  {
    ...lab,
    name: 'add-tunnel-found',
    act: async (page) => {
      await openSheet(page, 3)
      await page.locator('[data-found-choice]').first().click()
    },
  },
  {
    ...lab,
    name: 'add-tunnel-found-elses',
    act: async (page) => {
      await openSheet(page, 3)
      await page.locator('[data-found-choice]').nth(2).click()
    },
  },
  { ...lab, scenario: 'found-looking', name: 'add-tunnel-found-looking', act: (page) => openSheet(page, 3) },
  { ...lab, scenario: 'found-unseen', name: 'add-tunnel-found-unseen', act: (page) => openSheet(page, 3) },
  { ...lab, scenario: 'found-off', name: 'add-tunnel-found-off', act: (page) => openSheet(page, 3) },
  { ...lab, scenario: 'found-untold', name: 'add-tunnel-found-untold', act: (page) => openSheet(page, 3) },
  { ...lab, scenario: 'few', name: 'add-tunnel-found-nothing', act: (page) => openSheet(page, 3) },
  {
    ...lab,
    name: 'add-tunnel-limits',
    act: async (page) => {
      await fillSheet(page, 3, 'vLLM', '127.0.0.1:8000')
      await page.locator('.pick input[type=radio]').nth(2).check()
      await page.locator('.addresses input').fill('36.112.4.81, 202.114.66.0/24')
      await page.locator('.addresses input').press('Enter')
      await page.locator('.fold .head').last().click()
      await page.locator('.folded input').nth(0).fill('20')
      await page.locator('.folded input').nth(1).fill('50')
    },
  },
  {
    ...lab,
    name: 'add-tunnel-range',
    act: (page) => fillSheet(page, 4, 'Game', '127.0.0.1:8000-8010', '7010-7020'),
  },
  {
    ...lab,
    name: 'add-tunnel-range-unequal',
    width: 900,
    dark: true,
    chinese: true,
    act: (page) => fillSheet(page, 4, 'Game', '127.0.0.1:8000-8010', '7010-7011'),
  },
  {
    ...lab,
    name: 'add-tunnel-folder',
    act: async (page) => {
      await fillSheet(page, 8, 'Results', '/data/results')
      await page.locator('.pick input[type=radio]').first().check()
      await page.locator('.sheet footer .fill').click()
      await page.getByRole('alert').waitFor()
    },
  },
  { ...lab, name: 'add-tunnel-network', act: (page) => openSheet(page, 5) },
  {
    ...lab,
    name: 'add-tunnel-network-anyone',
    act: async (page) => {
      await openSheet(page, 6)
      await page.locator('.pick input[type=radio]').nth(1).check()
    },
  },
  { name: 'tunnel-network', scenario: 'proxies', path: 'tunnels/t1080', ready: '.ways' },
  { name: 'tunnel-network-anyone', scenario: 'limited', path: 'tunnels/t7005', ready: '.ways' },
  {
    ...lab,
    name: 'add-tunnel-taken',
    act: async (page) => {
      await fillSheet(page, 4, 'WireGuard', '127.0.0.1:51820', '7002')
      await page.locator('.sheet footer .fill').click()
      await page.getByRole('alert').waitFor()
    },
  },
  {
    ...lab,
    name: 'add-tunnel-nothing-there',
    act: async (page) => {
      await fillSheet(page, 3, 'API', '127.0.0.1:9999')
      await page.locator('.sheet footer .fill').click()
      await page.getByRole('alert').waitFor()
    },
  },
  { name: 'tunnel-edit', scenario: 'limited', path: 'tunnels/t7004?edit=1', ready: '.sheet' },
  { name: 'tunnel-limited', scenario: 'limited', path: 'tunnels/t7004', ready: '.quota' },
  { name: 'lab-limited', scenario: 'limited', path: 'labs/l1', ready: '[data-tunnel-row]' },
]
