import { expect, type Locator, type Page } from '@playwright/test'

/** The page of one lab box: its card, what runs there, and what is told of it. */
export class LabPage {
  readonly #page: Page

  constructor(page: Page) {
    this.#page = page
  }

  async open(name: string): Promise<void> {
    await this.#page.getByRole('link', { name }).first().click()
    await this.#page.getByRole('heading', { name, level: 1 }).waitFor()
  }

  /** GPUs, processor, memory and disk. */
  get card(): Locator {
    return this.#page.getByRole('region', { name: 'On the lab box' })
  }

  gpu(index: number): Locator {
    return this.card.getByRole('article', { name: `GPU ${index}` })
  }

  /** Processor, memory, disk and load below the GPUs, as `Memory 3.1 GB of 15.6 GB`, once they have been read. */
  async figures(): Promise<string[]> {
    const stats = this.card.locator('.stats > div')
    await expect(stats.nth(3)).toBeVisible()
    return (await stats.allInnerTexts()).slice(0, 4).map((text) => text.replaceAll(/\s+/g, ' '))
  }

  /** What listens there and has no tunnel yet, or was started from here. */
  get found(): Locator {
    return this.#page.getByRole('region', { name: 'Found on this machine' })
  }

  /** The switch beside a wish such as `train.py ends`. */
  wish(title: string): Locator {
    return this.#page.getByRole('region', { name: 'Tell me when…' }).getByRole('switch', { name: title })
  }

  /** Starts Jupyter with what its form offers, and answers the sheet once the way to it is proved. */
  async startJupyter(environment: string): Promise<Locator> {
    await this.found.getByRole('button', { name: 'Start Jupyter…' }).click()
    const sheet = this.#page.getByRole('dialog')
    await expect(sheet.getByText(environment)).toBeVisible({ timeout: 30_000 })
    await sheet.getByRole('button', { name: 'Start Jupyter', exact: true }).click()
    await expect(sheet.getByText(/^The whole way to it answered, in /)).toBeVisible({ timeout: 60_000 })
    return sheet
  }
}
