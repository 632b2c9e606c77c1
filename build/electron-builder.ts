import type { Configuration } from 'electron-builder'
import { noHomepage } from './app/linux/scripts.ts'
import { noticesFile } from './notices/licence-notices.ts'

/** What differs from build to build. */
export interface BuildSettings {
  /** Where installed apps look for updates: a folder of files that `latest.yml` lists. Null: they do not look. */
  readonly updateFeed: string | null
  readonly homepage: string | null
  /** Another version than package.json's. */
  readonly version: string | null
  /** Packs fast and large, for tests. */
  readonly isFast: boolean
}

/** Chromium's libraries by their names in Debian; Ubuntu 24.04 has others that provide these. */
const debianLibraries = [
  'libgtk-3-0 libnotify4 libnss3 libxss1 libxtst6 libatspi2.0-0 libuuid1 libsecret-1-0 libgbm1 libasound2 xdg-utils',
].flatMap((line) => line.split(' '))

/** The same in Fedora; openSUSE's names stand behind `or`. */
const fedoraLibraries = [
  'gtk3',
  'libnotify',
  '(nss or mozilla-nss)',
  '(libXScrnSaver or libXss1)',
  '(libXtst or libXtst6)',
  '(alsa-lib or libasound2)',
  '(mesa-libgbm or libgbm1)',
  'at-spi2-core',
  '(libuuid or libuuid1)',
  'xdg-utils',
]

const maintainer = 'The NPS Desktop authors'

/** What the packages hold: the bundles (no node_modules) and the one-file relay programs to upload. */
export function builderConfiguration(settings: BuildSettings): Configuration {
  const { updateFeed, homepage, version, isFast } = settings
  // options of fpm: docs/adr/0025-packages.md
  const howHard = (type: 'deb' | 'rpm') => ({
    // level 9 of xz needs 1.9 GB of memory on two processors, and 65 MB where the package is installed
    fpm: isFast
      ? [`--${type}-compression=gz`, `--${type}-compression-level=1`]
      : [`--${type}-compression-level=9`],
  })
  return {
    appId: 'org.nps-desktop.app',
    productName: 'NPS Desktop',
    copyright: `Copyright ${maintainer}, MIT licence`,
    directories: { app: 'electron/dist', output: 'build/out/package', buildResources: 'build/icons' },
    // what main and the backend import is inside their bundles
    files: ['app/**/*', 'package.json', '!**/*.map', '!node_modules'],
    extraMetadata: {
      // not the workspace's name, which would be in the names of files and folders
      name: 'nps-desktop',
      homepage: homepage ?? noHomepage,
      desktopName: 'nps-desktop.desktop',
      ...(version !== null && { version }),
    },
    extraResources: [
      {
        from: 'build/out',
        to: 'programs',
        // what most servers and lab boxes are: npc for Windows would be 56 MB more, musl and macOS another 180
        filter: ['manifest.json', '*-linux-a*.xz', 'runtime-linux.xz', noticesFile],
      },
    ],
    // Electron's own LICENSE and Chromium's notices are put beside these by electron-builder.
    extraFiles: [
      { from: 'LICENSE', to: 'LICENSE' },
      { from: `electron/dist/${noticesFile}`, to: noticesFile },
    ],
    // Chromium's own texts, in the languages that the app has
    electronLanguages: ['en-US', 'zh-CN'],
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
    publish: updateFeed === null ? null : { provider: 'generic', url: updateFeed },
    protocols: [{ name: 'NPS Desktop', schemes: ['nps-desktop'] }],
    linux: {
      category: 'Network',
      icon: 'linux',
      executableName: 'nps-desktop',
      maintainer,
      vendor: maintainer,
      synopsis: 'Reach a lab machine that has no public address',
      syncDesktopName: true,
      artifactName: 'nps-desktop-${version}-linux-${arch}.${ext}',
    },
    deb: {
      ...howHard('deb'),
      depends: debianLibraries,
      packageCategory: 'net',
      artifactName: 'nps-desktop_${version}_${arch}.deb',
    },
    rpm: { ...howHard('rpm'), depends: fedoraLibraries, artifactName: 'nps-desktop-${version}.${arch}.rpm' },
    appImage: { artifactName: 'nps-desktop-${version}-${arch}.AppImage' },
    mac: {
      category: 'public.app-category.developer-tools',
      icon: 'app.icns',
      artifactName: 'nps-desktop-${version}-macos-${arch}.${ext}',
    },
    win: { icon: 'app.ico', artifactName: 'nps-desktop-${version}-windows-${arch}.${ext}' },
    nsis: {
      // makensis has to end within four minutes, which electron-builder fixes: docs/platforms.md says where it did not
      script: 'build/app/windows/installer.nsi',
      artifactName: 'nps-desktop-setup-${version}.${ext}',
      // the compiler's warnings are about parts of electron-builder's own headers that the script does not use
      warningsAsErrors: false,
      packElevateHelper: false,
      differentialPackage: false,
      // electron-builder archives the app before it runs the script, which takes the files themselves: so as fast as it can
      useZip: true,
    },
  }
}
