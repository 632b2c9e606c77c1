import type { Page } from '@playwright/test'

export const languages = { en: 'English', 'zh-CN': '简体中文' } as const
export const themes = ['light', 'dark'] as const
export type ShownLanguage = keyof typeof languages
export type Theme = (typeof themes)[number]

/** The labels of the theme switch, by the language that the page is in. */
const themeWords = {
  en: { light: 'Light', dark: 'Dark' },
  'zh-CN': { light: '浅色', dark: '深色' },
} as const

/** Language, theme and what belongs to this computer. */
export class SettingsPage {
  readonly #page: Page

  constructor(page: Page) {
    this.#page = page
  }

  async open(): Promise<void> {
    await this.#page.evaluate(() => (location.hash = '#/settings'))
    await this.#page.getByRole('heading', { name: /^(Settings|设置)$/ }).waitFor()
  }

  async choose({ language, theme }: { language: ShownLanguage; theme: Theme }): Promise<void> {
    await this.#page.getByRole('tab', { name: languages[language] }).click()
    await this.#page.locator(`html[lang="${language}"]`).waitFor({ state: 'attached' })
    await this.#page.getByRole('tab', { name: themeWords[language][theme] }).click()
    await this.#page.locator(`html[data-theme="${theme}"]`).waitFor({ state: 'attached' })
  }

  /** Names another address for newer versions of the app. */
  async lookForUpdatesAt(address: string): Promise<void> {
    await this.#page.getByRole('button', { name: 'Change' }).click()
    await this.#page.getByLabel('Address').fill(address)
    await this.#page.getByRole('button', { name: 'Save' }).click()
  }
}
