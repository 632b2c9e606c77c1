import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { notices, noticesFile } from '../notices/notices.ts'
import { packagesOfPages } from '../notices/shipped-packages.ts'
import { type Arch, bunFor, compile } from './bun.ts'
import { bundle } from './bundle.ts'
import { compressed } from './compressed.ts'
import { elfNeeds } from './elf.ts'
import { smoke } from './smoke.ts'
import { tarArchive } from './tar-archive.ts'

/**
 * `npm run build:relay`: `nps` and `npc` for Linux x64 and arm64, one file each, into build/out: as they are
 * (`nps-linux-amd64`), compressed for the wire (.gz, .xz), and as the archives that NPS has always had, with the licence
 * and the notices of what is in them. manifest.json tells sizes and hashes. Nothing is done again whose sources have not
 * changed. `--no-xz` leaves out the .xz files, which take the longest.
 */

const root = resolve(import.meta.dirname, '../..')
const out = join(root, 'build/out')
const arches: readonly Arch[] = ['amd64', 'arm64']
const programs = ['nps', 'npc'] as const
const withXz = !process.argv.includes('--no-xz')

interface Entry {
  readonly file: string
  readonly program: 'nps' | 'npc'
  readonly arch: Arch
  readonly compression: 'none' | 'gz' | 'xz'
  readonly sha256: string
  readonly bytes: number
  readonly rawSha256: string
  readonly rawBytes: number
  readonly glibc: string | null
}

if (process.platform !== 'linux' || process.arch !== 'x64') {
  console.log('The relay programs are built on Linux x64; without them the app cannot set up servers.')
  process.exit(0)
}

await mkdir(join(out, 'work'), { recursive: true })
const bundles = { nps: await bundle('nps'), npc: await bundle('npc') }
const conf = await readFile(join(root, 'relay-core/conf/nps.conf'))
const licence = await readFile(join(root, 'LICENSE'))
const noticesText = notices(
  'NPS Desktop, of which nps and npc are a part,',
  [
    ...bundles.nps.packages,
    ...bundles.npc.packages,
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
    withXz,
    await Promise.all(arches.map((arch) => bunFor(arch))),
  ]),
)
if (await isBuilt(sources)) {
  console.log('The relay programs are built already.')
  process.exit(0)
}

/** Beside the programs in every archive. */
const legal = [
  { name: 'LICENSE', mode: 0o644, body: licence },
  { name: noticesFile, mode: 0o644, body: Buffer.from(noticesText) },
]
const entries: Entry[] = []
for (const arch of arches) {
  const raw: Record<string, Buffer> = {}
  for (const program of programs) {
    const source = join(out, 'work', `${program}.mjs`)
    const name = `${program}-linux-${arch}`
    await writeFile(source, bundles[program].text)
    await compile({ bundle: source, arch, outfile: join(out, name) })
    await chmod(join(out, name), 0o755)
    const bytes = await readFile(join(out, name))
    raw[program] = bytes
    for (const compression of ['none', 'gz', 'xz'] as const) {
      if (compression === 'xz' && !withXz) continue
      const body = compression === 'none' ? bytes : await compressed(bytes, compression)
      const file = compression === 'none' ? name : `${name}.${compression}`
      if (compression !== 'none') await writeWhole(file, body)
      entries.push({
        file,
        program,
        arch,
        compression,
        sha256: sha256(body),
        bytes: body.length,
        rawSha256: sha256(bytes),
        rawBytes: bytes.length,
        glibc: elfNeeds(bytes).glibc,
      })
    }
  }
  await archive(`linux_${arch}_server.tar.gz`, [
    { name: 'nps', mode: 0o755, body: raw['nps'] },
    { name: 'conf/nps.conf', mode: 0o600, body: conf },
    ...legal,
  ])
  await archive(`linux_${arch}_client.tar.gz`, [{ name: 'npc', mode: 0o755, body: raw['npc'] }, ...legal])
}
await writeWhole(noticesFile, Buffer.from(noticesText))
await rm(join(out, 'work'), { recursive: true })
await writeWhole('manifest.json', Buffer.from(`${JSON.stringify({ sources, files: entries }, null, 2)}\n`))

for (const { file, bytes, glibc } of entries)
  console.log(`${file.padEnd(24)} ${megabytes(bytes).padStart(9)}  glibc ${glibc}`)
const { startToListeningMs, idleResidentBytes } = await smoke(join(out, 'nps-linux-amd64'))
console.log(
  `nps: ${Math.round(startToListeningMs)} ms from start to listening, ${megabytes(idleResidentBytes)} resident when idle`,
)

async function archive(
  file: string,
  files: { name: string; mode: number; body: Buffer | undefined }[],
): Promise<void> {
  const whole = files.map(({ name, mode, body }) => {
    if (body === undefined) throw new Error(`${name} was not built`)
    return { name, mode, body }
  })
  await writeWhole(file, await compressed(tarArchive(whole), 'gz'))
}

/** Never half a file under its name, whatever ends this process. */
async function writeWhole(file: string, body: Buffer): Promise<void> {
  await writeFile(join(out, `${file}.new`), body)
  await rename(join(out, `${file}.new`), join(out, file))
}

async function isBuilt(wanted: string): Promise<boolean> {
  const path = join(out, 'manifest.json')
  if (!existsSync(path)) return false
  const { sources: have, files } = JSON.parse(await readFile(path, 'utf8')) as {
    sources: string
    files: Entry[]
  }
  const hasXz = files.some(({ compression }) => compression === 'xz')
  return (
    have === wanted &&
    (hasXz || !withXz) &&
    [noticesFile, ...files.map(({ file }) => file)].every((file) => existsSync(join(out, file)))
  )
}

function sha256(body: Buffer | string): string {
  return createHash('sha256').update(body).digest('hex')
}

/** Decimal, as the limits of the wire are given. */
function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}
