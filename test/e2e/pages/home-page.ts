import type { Locator, Page } from '@playwright/test'

/** What a row can say of its tunnel. */
export type RowLook = 'ready' | 'checking' | 'broken' | 'paused' | 'unknown'

/** Home: one true sentence, then a row for each tunnel. */
export class HomePage {
  /** The sentence. */
  readonly sentence: Locator
  readonly #page: Page

  constructor(page: Page) {
    this.#page = page
    this.sentence = page.getByRole('heading', { level: 1 })
  }

  async open(): Promise<void> {
    await this.#page.getByRole('link', { name: 'Home' }).click()
  }

  /** The row of the tunnel called `name`, in any state or in one of them. */
  row(name: string, look?: RowLook): Locator {
    const rows = this.#page.getByRole('group', { name: new RegExp(`^${name}, `) })
    return look === undefined ? rows : rows.and(this.#page.locator(`[data-state="${look}"]`))
  }

  /** Where the tunnel is reached, as a person reads and copies it. */
  async address(name: string): Promise<string> {
    const copy = this.row(name).getByRole('button', { name: /^Copy (ssh -p |http:|\d)/ })
    return (await copy.innerText()).trim()
  }

  /** One of the commands behind the three dots. */
  async choose(name: string, command: string): Promise<void> {
    await this.row(name).getByRole('button', { name: 'More' }).click()
    await this.#page.getByRole('menuitem', { name: command }).click()
  }
}
