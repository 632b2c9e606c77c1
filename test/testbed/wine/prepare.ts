import { ensureWindowsModules, windowsNode } from './windows-modules.ts'
import { ensureWineRoot } from './wine-root.ts'

/** Makes what the level windows needs, where it is not there yet: about three minutes, and 2.5 GB in the cache. */
console.log('test bed: a Windows system, and what npm installs on Windows')
await ensureWineRoot()
await windowsNode()
await ensureWindowsModules()
