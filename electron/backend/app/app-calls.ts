import { Feed } from '@nps-desktop/relay-core/async'
import { readUpdateAddress } from '@nps-desktop/electron/contract'
import type { AppLink, Capabilities, Settings, UpdateState } from '@nps-desktop/electron/contract'
import { AppError } from '../failures/app-error.ts'
import { OneTimeAddresses } from './one-time-address.ts'
import type { Shell } from '../shell.ts'
import type { Storage } from '../storage/records.ts'

/** The calls of `app`: what this environment offers, the user's settings, and links that arrive. */
export class AppCalls {
  readonly #shell: Shell
  readonly #storage: Storage
  readonly #settings: Feed<Settings>
  readonly #links: Feed<AppLink | null>
  readonly #leave: () => void
  readonly #oneTime = new OneTimeAddresses()

  constructor({ shell, storage }: { shell: Shell; storage: Storage }) {
    this.#shell = shell
    this.#storage = storage
    this.#settings = new Feed(storage.settings.get())
    this.#links = new Feed<AppLink | null>(null)
    this.#leave = shell.onDeepLink((link) => this.#links.set(link))
  }

  close(): void {
    this.#leave()
    this.#settings.close()
    this.#links.close()
    this.#oneTime.close()
  }

  capabilities(): Capabilities {
    const { version, desktop, tray, openFolder, openUrl, pickKeyFile, secretStorage } = this.#shell
    const { dataFolder, updateAddress } = this.#shell
    return {
      version,
      platform: process.platform,
      desktop,
      tray,
      openFolder: openFolder !== undefined,
      openUrl: openUrl !== undefined,
      pickFile: pickKeyFile !== undefined,
      startAtLogin: this.#shell.startAtLogin !== undefined,
      secretStorage,
      dataFolder,
      updateAddress,
    }
  }

  watchSettings(signal: AbortSignal): AsyncGenerator<Settings, void, void> {
    return this.#settings.watch(signal)
  }

  saveSettings(change: { [Name in keyof Settings]?: Settings[Name] | undefined }): Settings {
    const { updateAddress } = change
    if (updateAddress && readUpdateAddress(updateAddress) === null) {
      const message = `No updates are taken from ${updateAddress}: it is neither https nor on this computer.`
      throw new AppError('update-address-wrong', message, { address: updateAddress })
    }
    const saved = this.#storage.settings.save(change)
    this.#settings.set(saved)
    return saved
  }

  async *watchUpdates(signal: AbortSignal): AsyncGenerator<UpdateState, void, void> {
    const { updates } = this.#shell
    yield* updates ? updates.watch(signal) : served.watch(signal)
  }

  async checkForUpdates(): Promise<void> {
    await offered(this.#shell.updates, 'update the app').check()
  }

  async downloadUpdate(): Promise<void> {
    await offered(this.#shell.updates, 'update the app').download()
  }

  async startsAtLogin(): Promise<{ isOn: boolean }> {
    return { isOn: await offered(this.#shell.startAtLogin, 'start at login').get() }
  }

  async setStartAtLogin({ isOn }: { isOn: boolean }): Promise<void> {
    const reason = await offered(this.#shell.startAtLogin, 'start at login').set(isOn)
    if (reason !== null)
      throw new AppError('login-start-refused', `The start at login was not changed: ${reason}`, { reason })
  }

  /**
   * Only web addresses: a page must not be able to start other programs through this. One with a token is not given to
   * the program that opens it, whose arguments others can read.
   */
  async openUrl({ url }: { url: string }): Promise<void> {
    if (!/^https?:\/\//i.test(url)) {
      throw new AppError('not-possible-here', 'Only web addresses are opened.', {})
    }
    const open = offered(this.#shell.openUrl, 'open a browser')
    const { searchParams, hash } = new URL(url)
    const isSecret = searchParams.has('token') || hash.startsWith('#pass=')
    await open(isSecret ? await this.#oneTime.to(url) : url)
  }

  async openDataFolder(): Promise<void> {
    await offered(this.#shell.openFolder, 'open a folder')(this.#shell.dataFolder)
  }

  forgetSetAside({ id }: { id: number }): void {
    const forgotten = this.#storage.setAside.forget(id)
    if (forgotten && forgotten.kind !== 'tunnel')
      this.#storage.secrets.deleteUnder(`${forgotten.kind}/${forgotten.rowId}/`)
  }

  async pickKeyFile(): Promise<{ path: string | null }> {
    return { path: await offered(this.#shell.pickKeyFile, 'choose a file')() }
  }

  /** Each link once it arrives; one that came before the page asked comes first. */
  async *deepLinks(signal: AbortSignal): AsyncGenerator<AppLink, void, void> {
    for await (const link of this.#links.watch(signal)) {
      if (!link) continue
      this.#links.set(null)
      yield link
    }
  }
}

/** Of the app in a browser, whose pages come with the program that serves them. */
const served = new Feed<UpdateState>({ state: 'elsewhere', way: 'served' })

function offered<T>(ability: T | undefined, what: string): T {
  if (ability !== undefined) return ability
  throw new AppError('not-possible-here', `This place cannot ${what}; the desktop app can.`, {})
}
