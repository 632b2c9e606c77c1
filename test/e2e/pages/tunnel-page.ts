import type { Locator, Page } from '@playwright/test'
import { readRate } from '../rates.ts'

/** The page of one tunnel: its way, its traffic, its settings. */
export class TunnelPage {
  readonly #page: Page

  constructor(page: Page) {
    this.#page = page
  }

  async open(name: string): Promise<void> {
    await this.#page.getByRole('link', { name: 'Home' }).click()
    await this.#page.getByRole('button', { name, exact: true }).click()
    await this.#page.getByRole('heading', { name, level: 1 }).waitFor()
  }

  /** The five stops, in their order. */
  get stops(): Locator {
    return this.way.getByRole('listitem')
  }

  /** What the page says of the way: the section with the stops and, through the server, why it is not direct. */
  get way(): Locator {
    return this.#section(/^The way to/)
  }

  get limits(): Locator {
    return this.#section('Limits')
  }

  get connections(): Locator {
    return this.#section('Connections')
  }

  get pathTest(): Locator {
    return this.#section('Path test')
  }

  get guests(): Locator {
    return this.#section('Guest passes')
  }

  /** Until the end of the day, for whoever has the line; answers that line, which is shown this once. */
  async makeGuestPass(guest: string): Promise<string> {
    await this.guests.getByRole('button', { name: 'Make a guest pass…' }).click()
    const dialog = this.#page.getByRole('dialog')
    await dialog.getByLabel('Who it is for').fill(guest)
    await dialog.getByRole('button', { name: 'Make it', exact: true }).click()
    return (await this.guests.getByRole('button', { name: /^Copy npc / }).innerText()).trim()
  }

  /** Opens it to the internet; answers once its public port is the one that was proved. */
  async letAnyoneIn(): Promise<void> {
    await this.#page.getByRole('button', { name: 'Open it to anyone who finds the port' }).click()
    await this.stops.getByText('No public port').waitFor({ state: 'detached' })
  }

  /** Takes its public port away: from now on it is reached from this laptop alone. */
  async letOnlyThisLaptopIn(): Promise<void> {
    await this.#page.getByRole('button', { name: 'Let only this laptop in' }).click()
    await this.stops.getByText('No public port').waitFor()
  }

  /** The highest rate down of the last minute, in bytes a second, by the table behind "Press T for a table". */
  async busiestSecond(): Promise<number> {
    await this.#page.getByRole('tab', { name: '60 s' }).click()
    const graph = this.#page.getByRole('group', { name: /^Traffic, 60 s/ })
    if (!(await graph.getByRole('table').isVisible())) await graph.press('t')
    const rows = graph.getByRole('row')
    await rows.nth(1).waitFor()
    const downs = await rows.locator('td:nth-child(2)').allInnerTexts()
    return Math.max(...downs.map((down) => (down === '–' ? 0 : readRate(down))))
  }

  #section(name: string | RegExp): Locator {
    return this.#page.locator('section').filter({ has: this.#page.getByRole('heading', { name }) })
  }
}
