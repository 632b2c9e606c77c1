import { join } from 'node:path'
import { folderAssets, type ConsoleAssets } from './console-assets.ts'

/**
 * The console's files. When run from sources they are where the renderer is built; the one-file program carries the
 * files themselves: its build puts them here.
 */
export const builtInAssets: ConsoleAssets = folderAssets(
  join(import.meta.dirname, '../../../../renderer/dist'),
)
