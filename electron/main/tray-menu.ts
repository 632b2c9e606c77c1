import type { Overview, Tunnel } from '@nps-desktop/electron/contract'
import type { MenuItemConstructorOptions } from 'electron'
import type { MenuWords } from './menu-words.ts'

/** From here on a lab box is a submenu. */
const maxFlatTunnels = 12

export interface TrayActions {
  open(): void
  check(): void
  quit(): void
  act(tunnel: Tunnel): void
}

/** Home's sentence in the menu bar. */
export function traySentence(overview: Overview, words: MenuWords): string {
  if (!overview.laptopOnline) return words.laptopOffline
  if (overview.tunnels.length === 0) return words.noTunnels
  const broken = overview.tunnels.filter((tunnel) => tunnel.status.state === 'broken').length
  if (broken > 0) return words.needYou(broken)
  const active = overview.tunnels.filter((tunnel) => tunnel.status.state !== 'paused')
  return active.every((tunnel) => tunnel.status.state === 'ready' || tunnel.status.state === 'unproved')
    ? words.allReady(active.length)
    : words.checking
}

/** The sentence, each lab box with its tunnels' actions, then the app's own entries. Broken tunnels come first. */
export function trayMenu(
  overview: Overview,
  words: MenuWords,
  actions: TrayActions,
): MenuItemConstructorOptions[] {
  const groups = overview.labs.map((lab) => ({
    lab,
    items: overview.tunnels
      .filter((tunnel) => tunnel.labId === lab.id)
      .toSorted((a, b) => Number(b.status.state === 'broken') - Number(a.status.state === 'broken'))
      .map((tunnel) => tunnelItem(tunnel, words, actions)),
  }))
  const isFlat = overview.tunnels.length <= maxFlatTunnels
  const body = groups.flatMap(({ lab, items }): MenuItemConstructorOptions[] =>
    items.length === 0
      ? []
      : isFlat
        ? [{ label: lab.name, enabled: false }, ...items, { type: 'separator' }]
        : [{ label: lab.name, submenu: items }],
  )
  return [
    { label: traySentence(overview, words), enabled: false },
    { type: 'separator' },
    ...body,
    { label: words.checkAgain, click: actions.check },
    { label: words.open, click: actions.open },
    { label: words.quit, click: actions.quit },
  ]
}

function tunnelItem(tunnel: Tunnel, words: MenuWords, actions: TrayActions): MenuItemConstructorOptions {
  const verb = words.verbs[tunnel.kind]
  const mark = { ready: '●', unproved: '○', broken: '✕', checking: '◠', paused: '○', unknown: '○' }[
    tunnel.status.state
  ]
  return { label: `${mark} ${tunnel.name} → ${verb}`, click: () => actions.act(tunnel) }
}
