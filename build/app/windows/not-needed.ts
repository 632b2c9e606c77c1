import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { AfterPackContext } from 'electron-builder'

/**
 * DirectX's compiler of shaders, 27 MB. Chromium loads it for pages that use WebGPU, by Direct3D 12, and the app's pages use none; WebGL and
 * the window itself are drawn with d3dcompiler_47.dll. Electron left these two out of its own archives in versions 28 and 29
 * (electron/electron pull request 41120). What draws where there is no graphics processor stays.
 */
const compilersForWebGpu = ['dxcompiler.dll', 'dxil.dll']

/** Takes out of the app for Windows, as electron-builder has laid it out, what its Electron brings and it never uses. */
export async function removeNotNeeded({ electronPlatformName, appOutDir }: AfterPackContext): Promise<void> {
  if (electronPlatformName !== 'win32') return
  for (const file of compilersForWebGpu) await rm(join(appOutDir, file), { force: true })
}
