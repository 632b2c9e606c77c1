export { Relay, type RelayOptions } from './relay.ts'
export { folderAssets, type ConsoleAssets } from './console/console-assets.ts'
