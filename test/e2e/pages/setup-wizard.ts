import type { StepId } from '@nps-desktop/electron/contract'
import { expect, type Locator, type Page } from '@playwright/test'
import type { Bed } from '../../testbed/bed.ts'

export interface WizardSignIn {
  readonly host: string
  readonly user: string
  readonly password: string
}

/** The wizard: a server, then its first lab box, then the first tunnels. */
export class SetupWizard {
  readonly heading: Locator
  readonly #page: Page

  constructor(page: Page) {
    this.#page = page
    this.heading = page.getByRole('heading', { level: 1 })
  }

  /** Address first; answers the host key that the screen shows, before anything secret was typed. */
  async showHostKey({ host, user }: { host: string; user: string }): Promise<string> {
    await this.#page.getByLabel('Address', { exact: true }).fill(host)
    await this.#page.getByLabel('User', { exact: true }).fill(user)
    await this.press('Connect')
    const shown = this.#page.getByRole('region', { name: 'Host key' })
    return (await shown.getByRole('button', { name: /^Copy SHA256:/ }).innerText()).trim()
  }

  /** The whole sign-in, and the setup begins; answers the host key that was confirmed. */
  async signInToServer(who: WizardSignIn): Promise<string> {
    const hostKey = await this.#signIn(who)
    await this.press('Check and set up')
    return hostKey
  }

  /** The same for a lab box, which gets a name. */
  async signInToLab(who: WizardSignIn, name: string): Promise<string> {
    const hostKey = await this.#signIn(who)
    await this.#page.getByLabel('Name of the lab box').fill(name)
    await this.press('Sign in and set up')
    return hostKey
  }

  /** A server and the lab box lab-a100 of the bed, until that is online. */
  async setUpBoth({ cloud, lab, accounts, network }: Bed): Promise<void> {
    await this.signInToServer({ host: cloud.address, ...accounts.root })
    await this.expectServerReady()
    await network.openSshWay('laptop', 'lab')
    await this.signInToLab({ host: lab.address, ...accounts.researcher }, 'lab-a100')
    await expect(this.heading).toHaveText('lab-a100 is online.', { timeout: 60_000 })
  }

  async #signIn(who: WizardSignIn): Promise<string> {
    const hostKey = await this.showHostKey(who)
    await this.press('Yes, this is it')
    await this.#page.getByLabel(`Password of ${who.user}`).fill(who.password)
    return hostKey
  }

  async press(button: string | RegExp): Promise<void> {
    await this.#page.getByRole('button', { name: button, exact: typeof button === 'string' }).click()
  }

  /** A step of the job on the screen, in any state or in one of them. */
  step(id: StepId, state?: 'waiting' | 'running' | 'done' | 'failed' | 'skipped'): Locator {
    return this.#page.locator(`[data-step="${id}"]${state === undefined ? '' : `[data-state="${state}"]`}`)
  }

  /** Presses what puts a failed step right, and waits until it is no longer failed. */
  async retryBy(button: string): Promise<void> {
    await this.press(button)
    await expect(this.#page.locator('[data-step][data-state="failed"]')).toHaveCount(0)
  }

  /** Waits until the server is set up and the wizard has gone on to the lab box; tells the words of a step that failed. */
  async expectServerReady(): Promise<void> {
    const lab = this.#page.getByRole('heading', { level: 1, name: 'Where is the GPU?' })
    const failed = this.#page.locator('[data-step][data-state="failed"]').first()
    await expect(lab.or(failed)).toBeVisible({ timeout: 120_000 })
    if (await failed.isVisible()) throw new Error(`The setup failed:\n${await failed.innerText()}`)
  }

  /** Adds the usual tunnel of this kind by its one click, and waits until it is proved. */
  async addTunnel(kind: 'SSH' | 'Jupyter' | 'TensorBoard'): Promise<void> {
    await this.press(`Add ${kind}`)
    const preset = this.#page.locator(`[data-kind="${kind.toLowerCase()}"]`)
    await expect(preset).toHaveAttribute('data-state', 'ready', { timeout: 30_000 })
  }
}
