import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { Arch as BuilderArch, build, Platform } from 'electron-builder'
import packageJson from '../../package.json' with { type: 'json' }
import { builderConfiguration } from '../electron-builder.ts'
import { type ElectronToPack, electronForTests, officialElectron } from './electron-to-pack.ts'
import { packMorePrograms } from './more-programs.ts'
import {
  type PackageArch,
  type PackageTarget,
  packageTargets,
  thisSystem,
  whyNotHere,
} from './package-targets.ts'
import { useSystemTools } from './packing-tools.ts'
import { removeNotNeeded } from './windows/not-needed.ts'

/**
 * `npm run package`: the app as a folder in build/out/package. `-- --all` makes every package that can be made here,
 * `-- deb nsis` those named.
 *
 * The official Electron is packed. Where it cannot be downloaded, `--all` packs the one that tests use, and says so; such
 * packages are not for shipping. `--ship` ends instead, makes the packages of this system alone, and fails if one of them
 * cannot be made; `--try-out` wants the tests' one from the start. `--fast` packs fast and large, `--as-version=1.0.1` as
 * another version, for tests.
 * NPS_DESKTOP_UPDATE_FEED is the address where installed apps look for updates, NPS_DESKTOP_HOMEPAGE the packages' homepage.
 */
const { values: options, positionals: named } = parseArgs({
  allowPositionals: true,
  options: {
    all: { type: 'boolean', default: false },
    'try-out': { type: 'boolean', default: false },
    ship: { type: 'boolean', default: false },
    fast: { type: 'boolean', default: false },
    'as-version': { type: 'string' },
  },
})
const root = resolve(import.meta.dirname, '../..')
const platforms = { linux: Platform.LINUX, windows: Platform.WINDOWS, macos: Platform.MAC } as const

for (const needed of ['electron/dist/app/main.js', 'build/out/manifest.json'])
  if (!existsSync(join(root, needed))) fail(`${needed} is missing. Run: npm run build:relay && npm run build`)
for (const name of named)
  if (!packageTargets.some((target) => target.name === name))
    fail(`No package ${name}: there are ${[...new Set(packageTargets.map((one) => one.name))].join(', ')}`)

const official = options['try-out'] ? null : await officialElectron()
if (official === null && !options['try-out'] && (options.ship || !options.all))
  fail(
    'Without it nothing is made that could be shipped. With --try-out the Electron of the tests is packed.',
  )
if (official === null && options.all)
  console.log('The packages hold the Electron that the tests use. They are not for shipping.')

const config = builderConfiguration({
  updateFeed: process.env['NPS_DESKTOP_UPDATE_FEED'] || null,
  homepage: process.env['NPS_DESKTOP_HOMEPAGE'] || null,
  version: options['as-version'] ?? null,
  isFast: options.fast,
})
if (options.fast) {
  process.env['ELECTRON_BUILDER_COMPRESSION_LEVEL'] = '0'
  process.env['NPS_DESKTOP_FAST_INSTALLER'] = '1'
}
// of zip and tar.gz: what electron-builder asks of 7-Zip otherwise takes five times as long for 2 % of the size
process.env['ELECTRON_BUILDER_COMPRESSION_LEVEL'] ??= '5'
const toolsFolder = await useSystemTools()
const made: string[] = []
const leftOut: string[] = []
const madeHere = new Set<string>()
try {
  if (!options.all && named.length === 0) {
    const arch = process.arch === 'arm64' ? 'arm64' : 'x64'
    const electron = official ?? (await electronForTests(thisSystem(), arch))
    if (electron === null) fail('There is no Electron for this system to try out.')
    await pack(electron, [arch], [{ name: 'dir', system: thisSystem(), tool: null }])
  } else {
    const wanted = packageTargets.filter(
      ({ name, system }) =>
        (options.all || named.includes(name)) && (!options.ship || system === thisSystem()),
    )
    for (const system of ['linux', 'windows'] as const)
      for (const arch of ['x64', 'arm64'] as const) await packSystem(system, [arch], wanted)
    // Together: latest-mac.yml has the same name for both processors, and names the packages of both.
    await packSystem('macos', ['x64', 'arm64'], wanted)
  }
  if (options.all && thisSystem() === 'linux') {
    const name = `nps-desktop-more-programs-${options['as-version'] ?? packageJson.version}.zip`
    const result = await packMorePrograms(join(root, 'build/out'), join(root, 'build/out/package', name))
    if ('archive' in result) made.push(result.archive)
    else leftOut.push(`${name}: ${result.whyNot}`)
  }
} finally {
  if (toolsFolder !== null) await rm(toolsFolder, { recursive: true })
}
for (const file of made) console.log(relative(root, file))
for (const line of leftOut) console.log(`Left out: ${line}`)
// what was asked for by its name has to be there
if (named.some((name) => leftOut.some((line) => line.startsWith(`${name} `)) && !madeHere.has(name)))
  process.exitCode = 1
// a release that lacks something would be noticed by those who look for it
if (options.ship && leftOut.length > 0) process.exitCode = 1

async function packSystem(
  system: PackageTarget['system'],
  archs: readonly [PackageArch, ...PackageArch[]],
  wanted: readonly PackageTarget[],
): Promise<void> {
  const [arch] = archs
  const targets = wanted.filter((target) => {
    if (target.system !== system) return false
    // one line for both processors
    const reason = whyNotHere(target, official !== null)
    if (reason !== null && arch === 'x64') leftOut.push(`${target.name} for ${system}: ${reason}`)
    return reason === null
  })
  if (targets.length === 0 || (system === 'windows' && arch === 'arm64')) return
  const electron = official ?? (await electronForTests(system, arch))
  if (electron === null) {
    if (options.all) leftOut.push(`${system} ${arch}: the Electron for it has to be downloaded`)
    return
  }
  await pack(electron, archs, targets)
}

async function pack(
  electron: ElectronToPack,
  archs: readonly PackageArch[],
  targets: readonly PackageTarget[],
): Promise<void> {
  const [{ system } = { system: thisSystem() }] = targets
  for (const { name } of targets) madeHere.add(name)
  made.push(
    ...(await build({
      projectDir: root,
      targets: platforms[system].createTarget(
        targets.map(({ name }) => name),
        ...archs.map((arch) => BuilderArch[arch]),
      ),
      publish: 'never',
      // electron-builder writes into what it is given, and would not understand that the next time
      config: { ...structuredClone(config), ...electron, afterPack: removeNotNeeded },
    })),
  )
}

function fail(message: string): never {
  console.error(message)
  process.exit(1)
}
