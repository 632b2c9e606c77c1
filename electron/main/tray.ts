import { tunnelUse } from '@nps-desktop/electron/contract'
import type { DesktopContract, Overview, Settings, Tunnel } from '@nps-desktop/electron/contract'
import type { ContractRouterClient } from '@orpc/contract'
import { clipboard, Menu, nativeImage, Tray } from 'electron'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setAppMenu } from './menu-bar.ts'
import { openInBrowser } from './main-window.ts'
import { trayMenu, traySentence } from './tray-menu.ts'
import { wordsFor } from './menu-words.ts'

type DesktopClient = ContractRouterClient<DesktopContract>

/** The glyph in the menu bar with the sentence of Home as its tip, kept current by the backend's feeds. */
export class AppTray {
  readonly #tray: Tray
  readonly #iconsFolder: string
  readonly #actions: { open(): void; quit(): void }
  #client: DesktopClient | undefined
  #overview: Overview | undefined
  #settings: Pick<Settings, 'language'> = { language: 'system' }

  constructor(options: { iconsFolder: string; open(): void; quit(): void }) {
    this.#iconsFolder = options.iconsFolder
    this.#actions = options
    this.#tray = new Tray(this.#icon('unknown'))
    this.#tray.on('click', options.open)
    this.#draw()
  }

  update(change: { client?: DesktopClient; overview?: Overview; settings?: Settings }): void {
    this.#client = change.client ?? this.#client
    this.#overview = change.overview ?? this.#overview
    this.#settings = change.settings ?? this.#settings
    this.#draw()
  }

  #draw(): void {
    const words = wordsFor(this.#settings.language)
    setAppMenu(words)
    const overview = this.#overview
    if (overview === undefined) {
      this.#tray.setToolTip('NPS Desktop')
      this.#tray.setContextMenu(
        Menu.buildFromTemplate([
          { label: words.open, click: this.#actions.open },
          { label: words.quit, click: this.#actions.quit },
        ]),
      )
      return
    }
    const isBroken = overview.tunnels.some((tunnel) => tunnel.status.state === 'broken')
    const isKnown =
      overview.laptopOnline &&
      overview.tunnels.some(({ status }) => status.state === 'ready' || status.state === 'unproved')
    this.#tray.setImage(this.#icon(isBroken ? 'broken' : isKnown ? 'ready' : 'unknown'))
    this.#tray.setToolTip(`NPS Desktop: ${traySentence(overview, words)}`)
    this.#tray.setContextMenu(
      Menu.buildFromTemplate(
        trayMenu(overview, words, {
          ...this.#actions,
          check: () => this.#checkAll(overview),
          act: (tunnel) => void this.#act(tunnel),
        }),
      ),
    )
  }

  #checkAll(overview: Overview): void {
    for (const tunnel of overview.tunnels) {
      // what a check finds, a failure too, arrives by the overview
      this.#client?.tunnels.check({ tunnelId: tunnel.id }).catch(() => undefined)
    }
  }

  async #act(tunnel: Tunnel): Promise<void> {
    if (tunnelUse(tunnel.kind) !== 'open-page') {
      clipboard.writeText(tunnel.address)
      return
    }
    try {
      const address = await this.#client?.tunnels.openAddress({ tunnelId: tunnel.id })
      openInBrowser(address?.url ?? tunnel.address)
    } catch {
      this.#actions.open()
    }
  }

  #icon(state: 'ready' | 'broken' | 'unknown') {
    // of an .ico Windows takes the size that its display wants
    const kind = process.platform === 'win32' ? 'ico' : 'png'
    const file = join(this.#iconsFolder, `tray-${state}.${kind}`)
    if (process.platform !== 'darwin') return nativeImage.createFromPath(file)
    // 16 points in a menu bar that draws two pixels for each, in the bar's own colour
    const image = nativeImage.createFromBuffer(readFileSync(file), { scaleFactor: 2 })
    image.setTemplateImage(true)
    return image
  }

  destroy(): void {
    this.#tray.destroy()
  }
}
