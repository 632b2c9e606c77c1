import type { RelayConfig } from '../config/relay/relay-config.ts'
import type { Log } from '../log/log.ts'
import type { ConsolePasses } from './api/console-passes.ts'
import type { ApiSurface } from './api/api-surface.ts'
import type { ConsoleAssets } from './console/console-assets.ts'
import { ConsoleListener } from './console/console-listener.ts'
import type { Descriptors } from './limits/descriptors.ts'
import type { RelayTunnels } from './open-tunnel-registry.ts'
import type { OwnPorts } from './own-ports.ts'

/** The ports that follow nps.conf while the relay runs: those of the tunnels, with who may use them, and of the console. */
export interface ConfiguredPorts extends AsyncDisposable {
  /** To be called when the settings have changed. */
  follow(): Promise<void>
}

/** One that cannot open is told in the log and stops nothing else. */
export async function openConfiguredPorts({
  tunnels: { hosts, tunnels, opened: openTunnels },
  api,
  config,
  assets,
  runPath,
  consolePasses,
  ownPorts,
  descriptors,
  log,
  now,
}: {
  tunnels: RelayTunnels
  api: ApiSurface
  config: () => RelayConfig
  assets: ConsoleAssets
  /** What relative paths of certificates begin at. */
  runPath: string
  consolePasses: ConsolePasses
  /** Learns the console's port, whenever it changes. */
  ownPorts: OwnPorts
  descriptors: Descriptors
  log: Log
  now: () => number
}): Promise<ConfiguredPorts> {
  await using parts = new AsyncDisposableStack()
  await hosts.follow()
  await tunnels.openAll()
  const consoleListener = parts.adopt(
    new ConsoleListener({
      config,
      api,
      assets,
      passes: consolePasses,
      runPath,
      onPort: (port) => (ownPorts.console = port),
      descriptors,
      log,
      now,
    }),
    (part) => part.close(),
  )
  await consoleListener.follow(config())
  const opened = parts.move()
  return {
    follow: async () => {
      openTunnels.review()
      await consoleListener.follow(config())
      await hosts.follow()
      await tunnels.retryFailed()
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}
