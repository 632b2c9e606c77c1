import type { Page } from '@playwright/test'
import { labCardScreens } from './lab-card-shots.ts'
import { setupScreens } from './setup-shots.ts'
import type { Shot } from './shot.ts'
import { signInShots } from '../worlds/sign-in-worlds.ts'
import { terminalShots } from '../worlds/terminal-worlds.ts'
import { tunnelSheets } from './tunnel-sheet-shots.ts'
import { wayShots } from '../worlds/way-worlds.ts'

const row = '[data-tunnel-row]'
const llama = '/home/goudan/project-x/runs/llama-ft'

async function chooseTwo(page: Page): Promise<void> {
  await page.getByRole('row').nth(2).click()
  await page
    .getByRole('row')
    .nth(5)
    .click({ modifiers: ['Control'] })
}

async function webhookForm(page: Page): Promise<void> {
  await page.locator('.webhooks .btn').first().click()
  await page.locator('.dialog').waitFor()
}

const screens: Shot[] = [
  { name: 'welcome', scenario: 'empty', path: 'welcome', ready: '[data-way]', width: 900, height: 620 },
  { name: 'home', scenario: 'few', ready: row },
  { name: 'home-many', scenario: 'many', ready: row },
  { name: 'home-faulty', scenario: 'faulty', ready: row },
  { name: 'home-moods', scenario: 'moods', ready: row },
  { name: 'home-server-down', scenario: 'server-down', ready: row },
  { name: 'home-offline', scenario: 'laptop-offline', ready: row },
  { name: 'home-no-tunnels', scenario: 'no-tunnels', ready: '.group' },
  { name: 'home-no-labs', scenario: 'no-labs', ready: '.btn' },
  { name: 'home-setup-waiting', scenario: 'setup-waiting', ready: '.btn' },
  { name: 'home-trial', scenario: 'trial', ready: row },
  { name: 'home-loading', scenario: 'loading' },
  { name: 'tunnel', scenario: 'few', path: 'tunnels/t8888', ready: '.chain' },
  {
    name: 'tunnel-day',
    scenario: 'few',
    path: 'tunnels/t8888',
    ready: '.chain',
    act: async (page) => {
      await page.getByRole('tab').nth(2).click()
      await page.locator('.graph > .place').hover({ position: { x: 300, y: 80 } })
    },
  },
  {
    name: 'tunnel-anyone',
    scenario: 'few',
    path: 'tunnels/t8888',
    ready: '.chain',
    act: async (page) => {
      await page.locator('.closed button').click()
      await page.locator('.reach').waitFor()
    },
  },
  {
    name: 'lab-open-in',
    scenario: 'few',
    path: 'labs/l1',
    ready: row,
    act: async (page) => {
      await page.getByRole('button', { name: /^(Open in|用其他程序打开)$/ }).click()
      await page.getByRole('menu').waitFor()
    },
  },
  {
    name: 'lab-open-in-asks',
    scenario: 'few',
    path: 'labs/l1',
    ready: row,
    act: async (page) => {
      await page.getByRole('button', { name: /^(Open in|用其他程序打开)$/ }).click()
      await page.getByRole('menuitem').nth(1).click()
      await page.getByRole('dialog').waitFor()
    },
  },
  {
    name: 'tunnel-guest',
    scenario: 'few',
    path: 'tunnels/t8888',
    ready: '.guests',
    height: 1_500,
    act: async (page) => {
      await page.locator('.path .phead button').click()
      await page.locator('.path .help').waitFor()
      await page.locator('.guests .phead button').click()
      await page.locator('form input').first().fill('A labmate')
      await page.locator('form input').first().press('Enter')
      await page.locator('.made').waitFor()
    },
  },
  { name: 'tunnel-broken', scenario: 'faulty', path: 'tunnels/t8888', ready: '.chain' },
  ...tunnelSheets,
  ...wayShots,
  { name: 'tunnel-gone', scenario: 'few', path: 'tunnels/none', ready: '.empty' },
  {
    name: 'files',
    scenario: 'files',
    path: `labs/l1/files?path=${llama}`,
    ready: '[role=row]',
    act: chooseTwo,
  },
  {
    name: 'files-drop',
    scenario: 'files',
    path: `labs/l1/files?path=${llama}`,
    ready: '[role=row]',
    act: async (page) => {
      await page.evaluate(() => {
        Object.assign(window, { npsDesktop: { pathOf: (file: File) => file.name } })
        const dataTransfer = new DataTransfer()
        for (const name of ['a', 'b', 'c']) dataTransfer.items.add(new File(['x'], name))
        document.querySelector('.drop')?.dispatchEvent(new DragEvent('dragenter', { dataTransfer }))
      })
      await page.locator('.dropzone').waitFor()
    },
  },
  { name: 'files-home', scenario: 'few', path: 'labs/l1/files', ready: '[role=row]' },
  { name: 'files-empty', scenario: 'files', path: `labs/l1/files?path=${llama}/samples`, ready: '.empty' },
  {
    name: 'files-old',
    scenario: 'few',
    path: 'labs/l1/files?path=/data',
    ready: '[role=row]',
    act: async (page) => {
      await page.locator('.foot > button').click()
      await page.locator('.fault').waitFor()
    },
  },
  { name: 'files-denied', scenario: 'files', path: 'labs/l1/files?path=/data/user3', ready: '.fault' },
  {
    name: 'files-many',
    scenario: 'few',
    path: `labs/l1/files?path=${llama}/checkpoint-4220`,
    ready: '[role=row]',
    act: async (page) => {
      await page.getByRole('grid').focus()
      await page.keyboard.type('0091')
      await page.locator('.narrow').waitFor()
    },
  },
  {
    name: 'files-conflict',
    scenario: 'few',
    path: `labs/l1/files?path=${llama}`,
    ready: '[role=row]',
    act: async (page) => {
      await chooseTwo(page)
      await page.locator('.foot button').nth(1).click()
      await page.getByRole('dialog').waitFor()
    },
  },
  {
    name: 'files-look',
    scenario: 'few',
    path: `labs/l1/files?path=${llama}`,
    ready: '[role=row]',
    act: async (page) => {
      await page.getByRole('row').nth(8).click()
      await page.keyboard.press('Space')
      await page.locator('pre').waitFor()
    },
  },
  { name: 'activity', scenario: 'few', path: 'activity', ready: '.events' },
  { name: 'activity-empty', scenario: 'no-labs', path: 'activity', ready: 'h1' },
  { name: 'settings', scenario: 'few', path: 'settings', ready: '.line' },
  {
    name: 'settings-import',
    scenario: 'few',
    path: 'settings',
    ready: '.line',
    act: async (page) => {
      await page.locator('.moving .btn').nth(3).click()
      await page.locator('input[type=file]').setInputFiles({
        name: 'nps-desktop-2026-11-20.npsmove',
        mimeType: 'application/octet-stream',
        buffer: Buffer.from('npsmove1'),
      })
      await page.locator('input[type=password]').fill('correct horse')
      await page.keyboard.press('Enter')
      await page.locator('.contents').waitFor()
    },
  },
  {
    name: 'settings-export',
    scenario: 'few',
    path: 'settings',
    ready: '.line',
    act: async (page) => {
      await page.locator('.moving .btn').nth(2).click()
      await page.getByRole('dialog').waitFor()
    },
  },
  {
    name: 'settings-offer',
    scenario: 'few',
    path: 'settings',
    ready: '.line',
    act: async (page) => {
      await page.locator('.moving .btn').first().click()
      await page.getByRole('dialog').locator('.btn').last().click()
      await page.getByRole('dialog').locator('.code').waitFor()
    },
  },
  {
    name: 'settings-receive',
    scenario: 'few',
    path: 'settings',
    ready: '.line',
    act: async (page) => {
      await page.locator('.moving .btn').nth(1).click()
      await page.getByRole('dialog').locator('input').waitFor()
    },
  },
  {
    name: 'settings-webhook',
    scenario: 'few',
    path: 'settings',
    ready: '.webhooks .btn',
    act: async (page) => await webhookForm(page),
  },
  {
    name: 'settings-webhook-refused',
    scenario: 'few',
    path: 'settings',
    ready: '.webhooks .btn',
    act: async (page) => {
      await webhookForm(page)
      await page
        .locator('input[type=password]')
        .first()
        .fill('https://open.feishu.cn/open-apis/bot/v2/hook/a')
      await page.keyboard.press('Enter')
      await page.locator('.webhooks [role=status]').waitFor()
    },
  },
  {
    name: 'settings-webhook-taken',
    scenario: 'few',
    path: 'settings',
    ready: '.webhooks .btn',
    width: 900,
    act: async (page) => {
      await webhookForm(page)
      const [address, secret] = await page.locator('input[type=password]').all()
      await address?.fill('https://open.feishu.cn/open-apis/bot/v2/hook/a')
      await secret?.fill('the signing secret')
      await page.keyboard.press('Enter')
      await page.locator('.webhooks [role=status]').waitFor()
    },
  },
  { name: 'settings-update-package', scenario: 'update-package', path: 'settings', ready: '.line' },
  { name: 'settings-update-refused', scenario: 'update-refused', path: 'settings', ready: '.fault' },
  {
    name: 'search',
    scenario: 'many',
    ready: row,
    act: async (page) => {
      await page.keyboard.press('Control+k')
      await page.getByRole('combobox').fill('jup')
    },
  },
  {
    name: 'menu',
    scenario: 'few',
    ready: row,
    act: async (page) => {
      await page.locator(`${row} .icon-button`).first().click()
      await page.getByRole('menu').waitFor()
    },
  },
  {
    name: 'remove',
    scenario: 'few',
    ready: row,
    act: async (page) => {
      await page.locator(row).nth(1).focus()
      await page.keyboard.press('Backspace')
      await page.getByRole('dialog').waitFor()
    },
  },
  {
    name: 'removed',
    scenario: 'few',
    ready: row,
    act: async (page) => {
      await page.locator(row).nth(1).focus()
      await page.keyboard.press('Backspace')
      await page.locator('.dialog .danger').click()
      await page.locator('.undo-bar').waitFor()
    },
  },
  ...setupScreens,
  ...terminalShots,
  ...signInShots,
  ...labCardScreens,
]

const narrow = { width: 900, height: 620 }

/** The pictures in the READMEs: `npx node renderer/scenarios/all-screens.ts --only=-light docs/screenshots` makes them again. */
const ofReadmes: Shot[] = [
  { name: 'home-en-light', chinese: false },
  { name: 'home-zh-CN-light', chinese: true },
].map((shot) => ({ ...shot, scenario: 'few', ready: row, width: 1280, height: 820 }))

/** Each screen as it is, then in Chinese and narrow, dark, and wide. */
export const shots: readonly Shot[] = [
  ...ofReadmes,
  ...screens,
  ...screens.map((shot) => ({
    ...shot,
    ...narrow,
    name: `${shot.name}.zh-CN.narrow`,
    chinese: true,
    act: chineseFirst(shot.act),
  })),
  ...screens.map((shot) => ({ ...shot, name: `${shot.name}.dark`, dark: true })),
  ...screens.map((shot) => ({ ...shot, name: `${shot.name}.wide`, width: 1600, height: 1000 })),
]

/** The scenarios are in English: switching is a setting like any other. */
function chineseFirst(act: Shot['act']): NonNullable<Shot['act']> {
  return async (page) => {
    await page.locator('html[lang="zh-CN"]').waitFor()
    await act?.(page)
  }
}
