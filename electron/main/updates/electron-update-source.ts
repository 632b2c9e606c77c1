import { readUpdateAddress } from '@nps-desktop/electron/contract'
import {
  AppImageUpdater,
  type AppUpdater,
  CancellationToken,
  DebUpdater,
  MacUpdater,
  NsisUpdater,
  RpmUpdater,
} from 'electron-updater'
import type { UpdateSource } from './update-source.ts'

/**
 * Newer versions by electron-updater, which verifies the SHA-512 that the feed tells of each file and, where a Windows build names
 * its publisher, the file's signature.
 * @param configFile its `app-update.yml`
 */
export function electronUpdateSource({
  way,
  configFile,
  log,
}: {
  way: 'app' | 'deb' | 'rpm'
  configFile: string
  log: (message: string) => void
}): UpdateSource {
  const updater = updaterOf(way)
  updater.updateConfigPath = configFile
  updater.autoDownload = false
  updater.autoInstallOnAppQuit = false
  updater.disableWebInstaller = true
  // a download in one piece, whose hash is that of the file; the parts of a difference come by many requests
  updater.disableDifferentialDownload = true
  updater.logger = { info: () => undefined, warn: log, error: log }
  // a redirect, too, leads only where a feed may be
  updater.netSession.webRequest.onBeforeRequest(({ url }, answer) =>
    answer({ cancel: readUpdateAddress(url.split(/[?#]/, 1)[0] ?? '') === null }),
  )
  let token: CancellationToken | undefined
  let lastCheck: Promise<unknown> = Promise.resolve()
  const check = async (address: string) => {
    updater.setFeedURL({ provider: 'generic', url: address })
    const result = await updater.checkForUpdates()
    return result?.isUpdateAvailable === true ? { version: result.updateInfo.version } : null
  }
  return {
    find: (address) => {
      // while a check is under way, electron-updater answers the next one with it, whatever address that was of
      const found = lastCheck.then(
        () => check(address),
        () => check(address),
      )
      lastCheck = found
      return found
    },
    fetch: async (onPercent) => {
      token = new CancellationToken()
      const onProgress = ({ percent }: { percent: number }) => onPercent(percent)
      updater.on('download-progress', onProgress)
      try {
        const [file] = await updater.downloadUpdate(token)
        if (file === undefined) throw new Error('The updater has named no file.')
        return { file }
      } finally {
        updater.off('download-progress', onProgress)
      }
    },
    stop: () => {
      token?.cancel()
      // a check has no other end
      void updater.netSession.closeAllConnections()
    },
    installOnQuit: (isOn) => {
      updater.autoInstallOnAppQuit = isOn
    },
  }
}

function updaterOf(way: 'app' | 'deb' | 'rpm'): AppUpdater {
  if (way === 'deb') return new DebUpdater()
  if (way === 'rpm') return new RpmUpdater()
  if (process.platform === 'win32') return new NsisUpdater()
  return process.platform === 'darwin' ? new MacUpdater() : new AppImageUpdater()
}
