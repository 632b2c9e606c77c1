import type { Locator, Page } from '@playwright/test'

/** What a person sees who has nothing yet. */
export class WelcomePage {
  readonly heading: Locator
  readonly #page: Page

  constructor(page: Page) {
    this.#page = page
    this.heading = page.getByRole('heading', { name: 'Your lab machine, from home.' })
  }

  async setUpServer(): Promise<void> {
    await this.#page.getByRole('button', { name: /^Set up my server/ }).click()
  }

  async connectToRunning(): Promise<void> {
    await this.#page.getByRole('button', { name: /^I already run nps/ }).click()
  }

  async takeOver(): Promise<void> {
    await this.#page.getByRole('button', { name: /^From another laptop/ }).click()
  }

  async tryItHere(): Promise<void> {
    await this.#page.getByRole('button', { name: /^Try it on this laptop/ }).click()
  }

  async chooseLanguage(name: 'English' | '简体中文'): Promise<void> {
    await this.#page.getByRole('tab', { name }).click()
  }
}
