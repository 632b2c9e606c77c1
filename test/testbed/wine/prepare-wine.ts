import { ensureWindowsElectron } from './windows-electron.ts'
import { ensureWindowsModules, windowsNode } from './windows-modules.ts'
import { ensureWineRoot } from './wine-root.ts'

/** Makes what the level windows needs, where it is not there yet: about four minutes, and 3 GB in the cache. */
console.log('test bed: a Windows system, with Node, npm packages and Electron')
await ensureWineRoot()
await windowsNode()
await ensureWindowsModules()
await ensureWindowsElectron()
