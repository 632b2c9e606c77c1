export { Relay } from './relay.ts'
export type { RelayOptions } from './relay-options.ts'
export { folderAssets, type ConsoleAssets } from './console/console-assets.ts'
