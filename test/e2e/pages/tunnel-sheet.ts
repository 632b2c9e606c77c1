import { expect, type Locator, type Page } from '@playwright/test'

/** The sheet that adds a tunnel of any kind, reached by "Other" of the first lab box on the screen. */
export class TunnelSheet {
  readonly #page: Page
  readonly #sheet: Locator

  constructor(page: Page) {
    this.#page = page
    this.#sheet = page.getByRole('dialog')
  }

  async open(kind: RegExp): Promise<void> {
    await this.#page.getByRole('button', { name: 'Add tunnel' }).first().click()
    await this.#page.getByRole('menuitem', { name: 'Other' }).click()
    await this.#sheet.locator('label').filter({ hasText: kind }).click()
  }

  /** What its foot says that the address will be. */
  get result(): Locator {
    return this.#sheet.locator('footer .mono')
  }

  async enter(fields: Readonly<Record<string, string>>): Promise<void> {
    for (const [label, value] of Object.entries(fields)) await this.field(label).fill(value)
  }

  /** What the lab box tells of a program that runs there and has no tunnel yet; a press fills the form in. */
  found(place: string): Locator {
    return this.#sheet.getByRole('button', { name: place })
  }

  field(label: string): Locator {
    return this.#sheet.getByLabel(label, { exact: true })
  }

  async unfoldLimits(): Promise<void> {
    await this.#sheet.getByRole('button', { name: /^Limits/ }).click()
  }

  /** What the folded limits say. */
  get limits(): Locator {
    return this.#sheet.getByRole('button', { name: /^Limits/ })
  }

  get submit(): Locator {
    return this.#sheet.getByRole('button', { name: 'Add it', exact: true })
  }

  get fault(): Locator {
    return this.#sheet.getByRole('alert')
  }

  /** Fulfils when the sheet has closed. */
  async add(): Promise<void> {
    await this.submit.click()
    await expect(this.#sheet).toHaveCount(0)
  }
}
