import type { Page } from '@playwright/test'

/** One picture: a scenario, a page, and how it is looked at. */
export interface Shot {
  name: string
  scenario: string
  path?: string
  /** What must be there before the picture is taken. */
  ready?: string
  dark?: boolean
  chinese?: boolean
  width?: number
  height?: number
  act?: (page: Page) => Promise<void>
}
