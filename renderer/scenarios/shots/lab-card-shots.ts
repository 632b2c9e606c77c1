import type { Shot } from './shot.ts'

const tile = '.gpu'

/** The page of a lab box in the states of its card. */
export const labCardScreens: readonly Shot[] = [
  { name: 'lab', scenario: 'lab-gpus', path: 'labs/l1', ready: tile, height: 1240 },
  {
    name: 'lab-processes',
    scenario: 'lab-gpus',
    path: 'labs/l1',
    ready: tile,
    height: 1240,
    act: async (page) => {
      await page.locator('.procs button').nth(2).click()
      await page.locator('.list-head').waitFor()
    },
  },
  {
    name: 'lab-end-process',
    scenario: 'lab-no-gpu',
    path: 'labs/l1',
    ready: tile,
    height: 1100,
    act: async (page) => {
      await page.locator('.table .icon-button').first().click()
      await page.getByRole('dialog').waitFor()
    },
  },
  { name: 'lab-one-gpu', scenario: 'lab-one-gpu', path: 'labs/l1', ready: tile, height: 1100 },
  { name: 'lab-eight-gpus', scenario: 'lab-eight-gpus', path: 'labs/l1', ready: tile, height: 1240 },
  { name: 'lab-no-gpu', scenario: 'lab-no-gpu', path: 'labs/l1', ready: tile, height: 1100 },
  { name: 'lab-driver', scenario: 'lab-driver', path: 'labs/l1', ready: '.driver', height: 1100 },
  { name: 'lab-reading', scenario: 'lab-reading', path: 'labs/l1', ready: '.stale', height: 1100 },
  { name: 'lab-away', scenario: 'lab-away', path: 'labs/l1', ready: '.stale', height: 1240 },
  { name: 'lab-rejected', scenario: 'lab-rejected', path: 'labs/l1', ready: '.fault', height: 1100 },
  { name: 'lab-unseen', scenario: 'lab-unseen', path: 'labs/l1', ready: '.sign-in', height: 1100 },
]
