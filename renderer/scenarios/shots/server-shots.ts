import type { Shot } from './shot.ts'

/** The page of a server in the states of its figures. */
export const serverScreens: readonly Shot[] = [
  {
    name: 'server-well',
    scenario: 'server-well',
    path: 'servers/s1',
    ready: '.version .quiet',
    act: (page) => page.locator('.version .quiet').click(),
  },
  {
    name: 'server-line',
    scenario: 'server-line',
    path: 'servers/s1',
    ready: '.version .btn',
    act: (page) => page.locator('.version .btn').click(),
  },
  { name: 'server-kept-rule', scenario: 'server-kept-rule', path: 'servers/s1', ready: '.why', height: 1240 },
  { name: 'server-unplanned', scenario: 'server-unplanned', path: 'servers/s1', ready: '.meter' },
  { name: 'server-old-nps', scenario: 'server-old-nps', path: 'servers/s1', ready: '.too-old' },
  { name: 'server-older', scenario: 'server-older', path: 'servers/s1', ready: '.version .btn' },
  { name: 'server-updating', scenario: 'server-updating', path: 'servers/s1', ready: '.version .btn' },
  { name: 'server-update-undone', scenario: 'server-update-undone', path: 'servers/s1', ready: '.fault' },
  {
    name: 'server-plan',
    scenario: 'server-unplanned',
    path: 'servers/s1',
    ready: '.meter',
    act: async (page) => {
      await page.locator('.month button').click()
      await page.getByRole('dialog').waitFor()
      await page.getByRole('dialog').locator('input').first().fill('1000')
    },
  },
]
