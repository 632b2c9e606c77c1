import { createHash } from 'node:crypto'
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { notices, noticesFile } from '../notices/licence-notices.ts'
import { packagesOfPages } from '../notices/shipped-packages.ts'
import { compile } from './bun.ts'
import { bundle } from './bundle.ts'
import { adHocSigned, codeSignature } from './code-signature.ts'
import { compressed } from './compressed.ts'
import { elfNeeds } from './elf.ts'
import { buildKeeper } from './build-keeper.ts'
import { isBuilt, type Manifest, type ManifestEntry, removeOthers } from './manifest.ts'
import { type SharedRange, runtimeRange, sharedData } from './runtime-range.ts'
import { smoke } from './smoke.ts'
import { blockBytes, tarArchive, type TarFile } from './tar-archive.ts'
import {
  archiveFile,
  compressionsFor,
  type Extent,
  installedFile,
  programFile,
  sentFiles,
  sharesData,
  type ProgramTarget,
  targets,
} from './program-targets.ts'

/**
 * `npm run build:relay`: `nps` and `npc`, one file each, into build/out: as they are (`nps-linux-amd64`), compressed for
 * the wire (.gz, .xz), and as the archives that NPS has always had, with the licence and the notices of what is in them.
 * What the packages of the app carry is in parts, so that nps and npc share the runtime, and two processors what their runtimes
 * have in common (docs/adr/0048-the-runtime-once.md).
 * manifest.json tells sizes and hashes. Nothing is done again whose sources have not changed.
 *
 * By default what tests and the app on this machine need: all of that for Linux with glibc, the programs and their .gz
 * for Windows, which the app can send to a lab box, and the plain programs for musl and macOS, which take seconds.
 * `--all` packs every target, for a release. `--no-xz` leaves out the .xz files, which take the longest.
 */

const root = resolve(import.meta.dirname, '../..')
const out = join(root, 'build/out')
const programs = ['nps', 'npc'] as const
const roles = ['server', 'client'] as const
const withXz = !process.argv.includes('--no-xz')
const isAll = process.argv.includes('--all')

if (process.platform !== 'linux' || process.arch !== 'x64') {
  console.log('The relay programs are built on Linux x64; without them the app cannot set up servers.')
  process.exit(0)
}

await mkdir(join(out, 'work'), { recursive: true })
const keeper = await buildKeeper(join(out, 'work'), { isNeeded: isAll })
const bundles = {
  windows: await bundlesWith(keeper),
  others: await bundlesWith(null),
}
const conf = await readFile(join(root, 'relay-core/conf/nps.conf'))
const licence = await readFile(join(root, 'LICENSE'))
const noticesText = notices(
  'NPS Desktop, of which nps and npc are a part,',
  [
    ...bundles.others.nps.packages,
    ...bundles.others.npc.packages,
    ...(await packagesOfPages(join(root, 'renderer/dist/licences.json'))),
  ],
  await Promise.all(
    ['bun.txt', 'LGPL-2.0.txt', 'LGPL-2.1.txt', 'Apache-2.0.txt'].map((name) =>
      readFile(join(root, 'build/notices', name), 'utf8'),
    ),
  ),
)
const sources = sha256(
  JSON.stringify([
    bundles,
    conf.toString('latin1'),
    licence.toString('latin1'),
    noticesText,
    // how it is made counts as much as what it is made from
    await Promise.all(
      [
        'build-relay.ts',
        'bun.ts',
        'code-signature.ts',
        'compressed.ts',
        'manifest.ts',
        'runtime-range.ts',
        'program-targets.ts',
      ].map((name) => readFile(join(import.meta.dirname, name), 'utf8')),
    ),
  ]),
)
/** Every program file and archive that this run is to leave. */
const wanted = targets.flatMap((target) => [
  ...programs.flatMap((program) => {
    const packed = compressionsOf(target).flatMap((compression) => sentFiles(program, target, compression))
    return [programFile(program, target), ...packed]
  }),
  ...(extentOf(target) === 'packed' ? roles.map((role) => archiveFile(target, role)) : []),
])
if (await isBuilt(out, { sources, files: wanted })) {
  console.log('The relay programs are built already.')
  process.exit(0)
}

/** Beside the programs in every archive. */
const legal = [
  { name: 'LICENSE', mode: 0o644, body: licence },
  { name: noticesFile, mode: 0o644, body: Buffer.from(noticesText) },
]
/** Both programs of a target. */
interface Made {
  readonly target: ProgramTarget
  readonly raw: Readonly<Record<'nps' | 'npc', Buffer>>
  readonly runtime: SharedRange
}
const entries: ManifestEntry[] = []
const archives: string[] = []
for (const ofOneSystem of Map.groupBy(targets, ({ platform }) => platform).values()) {
  const made: Made[] = []
  for (const target of ofOneSystem) {
    const raw = { nps: await compiled('nps', target), npc: await compiled('npc', target) }
    made.push({ target, raw, runtime: runtimeRange(raw.nps, raw.npc) })
  }
  const cuts = cutsOf(made)
  for (const [index, one] of made.entries()) await packed(one, cuts[index] ?? [])
}
await writeWhole(noticesFile, Buffer.from(noticesText))
await rm(join(out, 'work'), { recursive: true })
const manifest: Manifest = { sources, files: entries, archives }
await writeWhole('manifest.json', Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`))
await removeOthers(out, manifest)

for (const { parts, bytes, glibc } of entries)
  console.log(
    `${parts.join(' ').padEnd(30)} ${megabytes(bytes).padStart(9)}${glibc === null ? '' : `  glibc ${glibc}`}`,
  )
const { startToListeningMs, idleResidentBytes } = await smoke(join(out, 'nps-linux-amd64'))
console.log(
  `nps: ${Math.round(startToListeningMs)} ms from start to listening, ${megabytes(idleResidentBytes)} resident when idle`,
)

async function bundlesWith(keeper: Buffer | null) {
  return { nps: await bundle('nps', { keeper }), npc: await bundle('npc', { keeper }) }
}

async function compiled(program: 'nps' | 'npc', target: ProgramTarget): Promise<Buffer> {
  const folder = join(out, 'work', 'modules')
  const name = programFile(program, target)
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder)
  const { modules } = bundles[target.platform === 'windows' ? 'windows' : 'others'][program]
  for (const [file, text] of Object.entries(modules)) await writeFile(join(folder, file), text)
  await compile({ entry: join(folder, `${program}.mjs`), target, outfile: join(out, 'work', name) })
  const bytes = signed(await readFile(join(out, 'work', name)), program, target)
  await writeWhole(name, bytes)
  await chmod(join(out, name), 0o755)
  return bytes
}

/** @param cuts where the programs are cut into the parts that `sentFiles` names */
async function packed({ target, raw }: Made, cuts: readonly number[]): Promise<void> {
  const { platform, arch } = target
  for (const program of programs) {
    const bytes = raw[program]
    const rawSha256 = sha256(bytes)
    const common = {
      program,
      platform,
      arch,
      rawSha256,
      rawBytes: bytes.length,
      glibc: glibcOf(target, bytes),
    }
    entries.push({
      ...common,
      parts: [programFile(program, target)],
      compression: 'none',
      sha256: rawSha256,
      bytes: bytes.length,
    })
    for (const compression of compressionsOf(target)) {
      const bodies = await compressed(bytes, compression, cuts)
      const whole = Buffer.concat(bodies)
      const parts = sentFiles(program, target, compression)
      if (parts.length !== 1 && parts.length !== bodies.length)
        throw new Error(`${parts.join(' ')}: ${bodies.length} parts were made`)
      for (const [index, file] of parts.entries())
        await writeWhole(file, parts.length === 1 ? whole : (bodies[index] ?? whole))
      entries.push({ ...common, parts, compression, sha256: sha256(whole), bytes: whole.length })
    }
  }
  if (extentOf(target) !== 'packed') return
  await archive(archiveFile(target, 'server'), Buffer.concat(await compressed(raw.nps, 'gz', cuts)), [
    { name: installedFile('nps', target), mode: 0o755, body: raw.nps },
    { name: 'conf/nps.conf', mode: 0o600, body: conf },
    ...legal,
  ])
  await archive(archiveFile(target, 'client'), Buffer.concat(await compressed(raw.npc, 'gz', cuts)), [
    { name: installedFile('npc', target), mode: 0o755, body: raw.npc },
    ...legal,
  ])
}

/** For each of the one or two processors of a system: where its runtime begins and ends, and what it shares with the other's. */
function cutsOf(made: readonly Made[]): readonly (readonly number[])[] {
  const [one, other] = made
  if (one === undefined || other === undefined || !sharesData(one.target))
    return made.map(({ runtime: { start, end } }) => [start, end])
  const shared = sharedData(runtimeOf(one), runtimeOf(other))
  return [one, other].map(({ runtime: { start, end } }, index) => {
    const data = shared[index] ?? { start: 0, end: 0 }
    return [start, start + data.start, start + data.end, end]
  })
}

function runtimeOf({ raw, runtime: { start, end } }: Made): Buffer {
  return raw.nps.subarray(start, end)
}

/** @param firstGz the first of `files`, whose bytes are in the archive as they are, and so not compressed again */
async function archive(
  file: string,
  firstGz: Buffer,
  files: readonly [TarFile, ...TarFile[]],
): Promise<void> {
  const tar = tarArchive(files)
  const header = await compressed(tar.subarray(0, blockBytes), 'gz')
  const rest = await compressed(tar.subarray(blockBytes + files[0].body.length), 'gz')
  await writeWhole(file, Buffer.concat([...header, firstGz, ...rest]))
  archives.push(file)
}

/** Never half a file under its name, whatever ends this process. */
async function writeWhole(file: string, body: Buffer): Promise<void> {
  await writeFile(join(out, `${file}.new`), body)
  await rename(join(out, `${file}.new`), join(out, file))
}

function extentOf({ byDefault }: ProgramTarget): Extent {
  return isAll ? 'packed' : byDefault
}

function compressionsOf(target: ProgramTarget): readonly ('gz' | 'xz')[] {
  if (extentOf(target) === 'plain') return []
  return compressionsFor(target).filter((compression) => withXz || compression !== 'xz')
}

/** macOS ends a program that differs from its signature. Bun signs its work for Apple silicon, and leaves its own old signature in that for Intel. */
function signed(bytes: Buffer, program: 'nps' | 'npc', { platform }: ProgramTarget): Buffer {
  if (platform !== 'darwin') return bytes
  const { isWhole, wrongPages } = codeSignature(bytes)
  return isWhole && wrongPages === 0 ? bytes : adHocSigned(bytes, program)
}

/** Null where there is no glibc at all. */
function glibcOf({ platform }: ProgramTarget, bytes: Buffer): string | null {
  return platform === 'linux' ? elfNeeds(bytes).glibc : null
}

function sha256(body: Buffer | string): string {
  return createHash('sha256').update(body).digest('hex')
}

/** Decimal, as the limits of the wire are given. */
function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}
