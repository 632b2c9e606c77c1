import type { ElectronApplication, Page } from '@playwright/test'
import type { Windows } from '../../testbed/wine/windows.ts'

/** Where the app runs: `headless` serves it to Chromium, `electron` is the real window. */
export type Host = 'headless' | 'electron'

/** How long a start may take on two busy cores. */
export const startTimeoutMs = 60_000
/** How long a click may wait for its button. */
export const actionTimeoutMs = 15_000
/** The same in wine. */
export const wineActionTimeoutMs = 3 * actionTimeoutMs

export interface AppStart {
  /** Where the window runs, if not on this computer. */
  readonly windows: Windows | null
  readonly dataFolder: string
  /** Where nps and npc lie that the app uploads; the window always takes those of its build. */
  readonly programsFolder: string
  /** Further flags of the person's browser. */
  readonly browserArgs: readonly string[]
  /** A link that the window is started with. */
  readonly link?: string
  /** Gets each line that the app prints. */
  readonly output: string[]
}

/** One run of the app, from its start to its end. */
export interface RunningApp {
  readonly page: Page
  /** Null when headless. */
  readonly electron: ElectronApplication | null
  /** The page that `act` makes the app open in the person's browser, shown in a real Chromium. */
  openedPage(act: () => Promise<void>): Promise<Page>
  /** Ends the app as a person does. Idempotent. */
  close(): Promise<void>
}
