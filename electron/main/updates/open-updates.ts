import type { UpdateState } from '@nps-desktop/electron/contract'
import { Feed } from '@nps-desktop/relay-core/async'
import { app } from 'electron'
import { AppUpdates } from './app-updates.ts'
import { electronUpdateSource } from './electron-update-source.ts'
import { installOf } from './install-command.ts'
import { updateConfigOf } from './update-config.ts'
import { updateWayOf } from './update-way.ts'

/** Newer versions of this copy of the app, as main and the backend see them. */
export interface Updates extends Pick<AppUpdates, 'watch' | 'check' | 'download' | 'choose' | 'close'> {
  /** Where this build looks for them; empty: nowhere. */
  readonly builtInAddress: string
}

/** @param ownConfig the `app-update.yml` that lies beside the bundles */
export function openUpdates({
  ownConfig,
  log,
}: {
  ownConfig: string
  log: (message: string) => void
}): Updates {
  const { file: configFile, address: builtInAddress } = updateConfigOf({
    resources: process.resourcesPath,
    own: ownConfig,
  })
  const way = updateWayOf({
    isPackaged: app.isPackaged,
    platform: process.platform,
    executable: process.execPath,
    root: '/',
    env: process.env,
  })
  if (way === 'archive' || way === 'source' || way === 'served') {
    const feed = new Feed<UpdateState>({ state: 'elsewhere', way })
    return {
      builtInAddress,
      watch: (signal) => feed.watch(signal),
      check: () => undefined,
      download: () => undefined,
      choose: () => undefined,
      close: () => feed.close(),
    }
  }
  const source = electronUpdateSource({ way, configFile, log })
  const updates = new AppUpdates({ builtInAddress, source, install: installOf(way) })
  return {
    builtInAddress,
    watch: (signal) => updates.watch(signal),
    check: () => updates.check(),
    download: () => updates.download(),
    choose: (choices) => updates.choose(choices),
    close: () => updates.close(),
  }
}
