import type { Configuration } from 'electron-builder'
import { noticesFile } from './notices/notices.ts'

/** What the package holds: the bundles (no node_modules) and the one-file relay programs to upload. */
export const builderConfiguration: Configuration = {
  appId: 'org.nps-desktop.app',
  productName: 'NPS Desktop',
  copyright: 'MIT License',
  directories: { app: 'electron/dist', output: 'build/out/package', buildResources: 'build/icons' },
  // what main and the backend import is inside their bundles
  files: ['app/**/*', 'package.json', '!**/*.map', '!node_modules'],
  extraResources: [
    {
      from: 'build/out',
      to: 'programs',
      filter: ['manifest.json', 'np?-linux-*.gz', 'np?-linux-*.xz', noticesFile],
    },
  ],
  // Electron's own LICENSE and Chromium's notices are put beside these by electron-builder.
  extraFiles: [
    { from: 'LICENSE', to: 'LICENSE' },
    { from: `electron/dist/${noticesFile}`, to: noticesFile },
  ],
  asar: true,
  // What the app's Electron must not be talked into: docs/adr/0017-electron-fuses.md.
  electronFuses: {
    runAsNode: false,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableCookieEncryption: true,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    grantFileProtocolExtraPrivileges: false,
  },
  npmRebuild: false,
  protocols: [{ name: 'NPS Desktop', schemes: ['nps-desktop'] }],
  linux: { target: ['dir'], category: 'Network', icon: 'app.png', executableName: 'nps-desktop' },
  mac: { target: ['dir'], category: 'public.app-category.developer-tools' },
  win: { target: ['dir'] },
}
