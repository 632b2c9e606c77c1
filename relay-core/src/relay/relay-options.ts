import type { RelayConfig } from '../config/relay/relay-config.ts'
import type { ConsoleAssets } from './console/console-assets.ts'

export interface RelayOptions {
  config: RelayConfig
  /** Holds state, identity, admin key and control socket; made with mode 0700. */
  folder: string
  /** Takes each finished log line. */
  writeLog: (line: string) => void
  /** nps.conf; without it the relay cannot be reconfigured while it runs. */
  configPath?: string
  /** How the command line changes the settings, also when they are read again. */
  adjustConfig?: (config: RelayConfig) => RelayConfig
  /** Whether to open a control socket for `nps client|tunnel` on this machine. */
  controlSocket?: boolean
  /** The folder of `npc-linux-<arch>.gz` for pasted-line installations. By default `programs` next to `folder`. */
  programsFolder?: string
  /** The address tunnels listen on; by default every one. */
  tunnelHost?: string
  consoleAssets?: ConsoleAssets
  /** What runs this process, as `nps status` names it. */
  service?: string
  /** Ends the process for its service to start it again. */
  restart?: () => void
  now?: () => number
}
