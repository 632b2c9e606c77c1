import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bunVersion } from './bun.ts'
import { codeSignature } from './code-signature.ts'
import { compareVersions, elfNeeds } from './elf.ts'
import { readMachO } from './mach-o.ts'
import type { Manifest, ManifestEntry } from './manifest.ts'
import { archiveFile, installedFile, programFile, targets } from './program-targets.ts'

/** What `npm run build:relay` left in build/out. */
const out = join(resolve(import.meta.dirname, '../..'), 'build/out')
let entries: readonly ManifestEntry[]
let archives: readonly string[]
let folder: string

beforeAll(async () => {
  const manifest = JSON.parse(await readFile(join(out, 'manifest.json'), 'utf8')) as Manifest
  entries = manifest.files
  archives = manifest.archives
  folder = await mkdtemp(join(tmpdir(), 'nps-programs-'))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

const sha256 = (body: Buffer) => createHash('sha256').update(body).digest('hex')

describe.each(['amd64', 'arm64'] as const)('the programs for Linux on %s', (arch) => {
  it.each(['nps', 'npc'] as const)('%s needs glibc 2.17 at most, and that processor', async (program) => {
    const needs = elfNeeds(await readFile(join(out, `${program}-linux-${arch}`)))
    expect(needs.machine).toBe(arch === 'amd64' ? 'x86_64' : 'aarch64')
    expect(needs.glibc).not.toBeNull()
    expect(compareVersions(needs.glibc ?? '', '2.17')).toBeLessThanOrEqual(0)
  })

  it.each(['nps', 'npc'] as const)('%s is what the manifest says, unpacked too', async (program) => {
    const unpack = {
      none: (sent: Buffer) => sent,
      gz: (sent: Buffer) => gunzipSync(sent),
      xz: (sent: Buffer) => execFileSync('xz', ['-dc'], { input: sent, maxBuffer: 2 ** 28 }),
    }
    const files = entries.filter(
      (entry) => entry.program === program && entry.platform === 'linux' && entry.arch === arch,
    )
    expect(files.map(({ compression }) => compression)).toEqual(expect.arrayContaining(['none', 'gz', 'xz']))
    for (const { parts, compression, bytes, rawSha256, ...entry } of files) {
      const sent = Buffer.concat(await Promise.all(parts.map((part) => readFile(join(out, part)))))
      expect({ bytes: sent.length, sha256: sha256(sent) }).toEqual({ bytes, sha256: entry.sha256 })
      expect(bytes).toBeLessThanOrEqual({ none: 118e6, gz: 55e6, xz: 42e6 }[compression])
      expect(sha256(unpack[compression](sent))).toBe(rawSha256)
    }
  })

  it('are in packages with one runtime for both', async () => {
    const carried = entries.filter((entry) => entry.platform === 'linux' && entry.arch === arch)
    const parts = new Set(carried.flatMap((entry) => (entry.compression === 'xz' ? entry.parts : [])))
    const sizes = await Promise.all([...parts].map(async (part) => (await stat(join(out, part))).size))
    expect(sizes.reduce((sum, size) => sum + size)).toBeLessThanOrEqual(44e6)
  })
})

describe.each(targets)('the programs for $platform on $arch', (target) => {
  it.each(['nps', 'npc'] as const)('%s is in the manifest, as it is', async (program) => {
    const file = programFile(program, target)
    const entry = entries.find(({ parts }) => parts.length === 1 && parts[0] === file)
    expect(entry).toMatchObject({
      program,
      platform: target.platform,
      arch: target.arch,
      compression: 'none',
    })
    expect(sha256(await readFile(join(out, file)))).toBe(entry?.rawSha256)
    expect(installedFile(program, target)).toBe(target.platform === 'windows' ? `${program}.exe` : program)
  })
})

describe.each(['amd64', 'arm64'] as const)('the programs for macOS on %s', (arch) => {
  it.each(['nps', 'npc'] as const)('%s is for that processor, and as it was signed', async (program) => {
    const file = await readFile(join(out, `${program}-darwin-${arch}`))
    expect(readMachO(file).machine).toBe(arch === 'amd64' ? 'x86_64' : 'arm64')
    expect(codeSignature(file)).toMatchObject({ isAdHoc: true, wrongPages: 0, isWhole: true })
  })
})

describe.each(['amd64', 'arm64'] as const)('the programs for musl on %s', (arch) => {
  it.each(['nps', 'npc'] as const)('%s needs no glibc, and that processor', async (program) => {
    const needs = elfNeeds(await readFile(join(out, `${program}-linux-musl-${arch}`)))
    expect(needs).toEqual({ machine: arch === 'amd64' ? 'x86_64' : 'aarch64', glibc: null })
  })
})

it.each(['nps', 'npc'] as const)('%s.exe is a Windows program for x64', async (program) => {
  const file = await readFile(join(out, `${program}-windows-amd64.exe`))
  expect(file.toString('latin1', 0, 2)).toBe('MZ')
  const header = file.readUInt32LE(0x3c)
  expect(file.toString('latin1', header, header + 4)).toBe('PE\0\0')
  expect(file.readUInt16LE(header + 4)).toBe(0x8664)
})

it('the archives have the names and the layout of NPS', () => {
  expect(archives).toEqual(expect.arrayContaining(['linux_amd64_server.tar.gz', 'linux_arm64_client.tar.gz']))
  for (const target of targets)
    for (const [role, program] of [['server', 'nps'] as const, ['client', 'npc'] as const]) {
      const file = archiveFile(target, role)
      if (!archives.includes(file)) continue
      const list = execFileSync('tar', ['-tzf', join(out, file)], { encoding: 'utf8' })
      const conf = role === 'server' ? ['conf/nps.conf'] : []
      expect(list.trim().split('\n')).toEqual([
        installedFile(program, target),
        ...conf,
        'LICENSE',
        'THIRD-PARTY-NOTICES.txt',
      ])
    }
})

it('the notices name each package in the programs, the console’s, and the Bun that runs them', async () => {
  const text = await readFile(join(out, 'THIRD-PARTY-NOTICES.txt'), 'utf8')
  for (const name of ['ws 8', 'zod 4', '@orpc/server 1', '@vue/runtime-dom 3', 'uplot 1'])
    expect(text).toContain(`${name}.`)
  expect(text).toContain(`Bun ${bunVersion} (MIT)`)
  expect(text).toContain('GNU LIBRARY GENERAL PUBLIC LICENSE')
})

it('npc out of its archive starts, and takes no settings from the folder it is started in', async () => {
  execFileSync('tar', ['-xzf', join(out, 'linux_amd64_client.tar.gz')], { cwd: folder })
  expect(existsSync(join(folder, 'npc'))).toBe(true)
  execFileSync(
    'sh',
    [
      '-c',
      'echo BUN_INSPECT=1 > .env; echo \'preload=["./evil.ts"]\' > bunfig.toml; echo "console.log(1)" > evil.ts',
    ],
    {
      cwd: folder,
    },
  )
  expect(execFileSync('./npc', ['-version'], { cwd: folder, encoding: 'utf8' })).toMatch(/^\d+\.\d+\.\d+\n$/)
})
