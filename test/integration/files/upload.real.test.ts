import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { UploadPlace } from '../../../electron/backend/provisioning/install/machine-facts.ts'
import { readMachineFacts } from '../../../electron/backend/provisioning/install/machine-facts.ts'
import type { ProgramFile } from '../../../electron/backend/provisioning/install/program-files.ts'
import { tryProgram } from '../../../electron/backend/provisioning/install/try-program.ts'
import { unxzFunction } from '../../../electron/backend/provisioning/install/unxz-function.ts'
import { uploadProgram } from '../../../electron/backend/provisioning/install/upload-program.ts'
import { fileChunks } from '../../../electron/backend/provisioning/install/file-chunks.ts'
import { putAgentProgram } from '../../../electron/backend/servers/put-agent-program.ts'
import { RemoteShell } from '../../../electron/backend/ssh/shell/remote-shell.ts'
import type { SshSession } from '../../../electron/backend/ssh/ssh-session.ts'
import { openDescriptors } from '../../harness/leaks/open-descriptors.ts'
import { packedProgram, sha256 } from '../../harness/programs/packed-program.ts'
import { type LocalSshd, sshdPath, startLocalSshd } from '../../harness/local-sshd.ts'
import { signInTo } from '../../harness/sign-in-to.ts'

describe.runIf(existsSync(sshdPath))('putting a program on a machine', () => {
  let sshd: LocalSshd
  let signIn: () => Promise<SshSession>
  let session: SshSession
  let shell: RemoteShell
  let folder: string
  let place: UploadPlace
  const signal = new AbortController().signal

  const makeProgram = (noiseBytes: number): Promise<ProgramFile> => {
    const about = { program: 'nps', platform: 'linux', arch: 'amd64' } as const
    const start = '#!/bin/sh\necho nps 1.2.3\nexit\n'
    return packedProgram(join(folder, 'program.gz'), { ...about, start, noiseBytes })
  }

  const sent = async ({ paths }: ProgramFile): Promise<Buffer> =>
    Buffer.concat(await Promise.all(paths.map((path) => readFile(path))))

  /** In parts, as packages have it. */
  const asXz = async (file: ProgramFile): Promise<ProgramFile> => {
    const raw = gunzipSync(await sent(file))
    const cuts = [0, 4096, raw.length - 5000, raw.length]
    const parts = cuts
      .slice(1)
      .map((end, index) => execFileSync('xz', { input: raw.subarray(cuts[index], end) }))
    const paths = parts.map((_, index) => join(folder, `program.${index}.xz`))
    for (const [index, path] of paths.entries()) await writeFile(path, parts[index] ?? '')
    const packed = Buffer.concat(parts)
    return { ...file, paths, compression: 'xz', sha256: sha256(packed), bytes: packed.length }
  }

  beforeAll(async () => {
    sshd = await startLocalSshd()
    signIn = () =>
      signInTo(
        { host: sshd.host, port: sshd.port, user: sshd.user },
        { kind: 'key', key: sshd.privateKey },
        { signal },
      )
    session = await signIn()
    shell = new RemoteShell(session)
  })
  afterAll(async () => {
    session.close()
    await sshd.close()
  })
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nps-upload-'))
    place = { folder, mount: '/', freeBytes: 1e9, runsPrograms: true }
    return () => rm(folder, { recursive: true, force: true })
  })

  /** What lies in the one folder of an upload. */
  const uploaded = async (): Promise<{ path: string; files: string[] }> => {
    const found = (await readdir(folder)).filter((name) => name.startsWith('.nps-desktop'))
    expect(found).toHaveLength(1)
    const path = join(folder, found[0] ?? '')
    return { path, files: await readdir(path) }
  }

  it('closes the file when the session ends while the machine takes nothing, and when it has ended already', async () => {
    const { paths } = await makeProgram(32 * 1024 * 1024)
    const isOpen = (): boolean =>
      openDescriptors().some((descriptor) => paths.some((path) => descriptor.endsWith(path)))
    const other = await signIn()
    const stalled = new RemoteShell(other).run('sleep 60', { stdin: fileChunks(paths), signal })
    await vi.waitUntil(isOpen, { timeout: 20_000 })
    other.close()
    await expect(stalled).rejects.toMatchObject({ code: 'cancelled' })
    await vi.waitUntil(() => !isOpen(), { timeout: 20_000 })

    await expect(
      new RemoteShell(other).run('cat', { stdin: fileChunks(paths), signal }),
    ).rejects.toMatchObject({
      code: 'ssh-lost',
    })
    expect(isOpen()).toBe(false)
  })

  it('arrives whole, executable, with progress, and starts', async () => {
    const file = await makeProgram(3_000_000)
    const told: number[] = []
    const { path, sentBytes } = await uploadProgram(shell, file, place, {
      onProgress: (n) => told.push(n),
      signal,
    })
    expect(sentBytes).toBe(file.bytes)
    expect(told.at(0)).toBe(0)
    expect(told.at(-1)).toBe(file.bytes)
    expect(told.length).toBeGreaterThan(10)
    expect((await stat(path)).mode & 0o777).toBe(0o700)
    expect((await uploaded()).files).toEqual(['nps'])
    expect(await tryProgram(shell, 'nps', path, { signal })).toBe('1.2.3')
    const again = await uploadProgram(shell, file, place, { onProgress: () => undefined, signal })
    expect(again).toEqual({ path, sentBytes: 0 })
  })

  it('is sent as it is where no packed form of it lies beside the app', async () => {
    const packed = await makeProgram(100_000)
    const path = join(folder, 'plain')
    await writeFile(path, gunzipSync(await sent(packed)))
    const { rawSha256, rawBytes } = packed
    const file = {
      ...packed,
      paths: [path],
      compression: 'none',
      sha256: rawSha256,
      bytes: rawBytes,
    } as const
    const { path: there } = await uploadProgram(shell, file, place, { onProgress: () => undefined, signal })
    expect(await tryProgram(shell, 'nps', there, { signal })).toBe('1.2.3')
  })

  it('is unpacked from .xz, by Python where the machine has no xz', async () => {
    const file = await asXz(await makeProgram(100_000))
    const { path } = await uploadProgram(shell, file, place, { onProgress: () => undefined, signal })
    expect(sha256(await readFile(path))).toBe(file.rawSha256)
    const bin = join(folder, 'bin')
    await mkdir(bin)
    for (const tool of ['sh', 'uname', 'python3']) await symlink(`/usr/bin/${tool}`, join(bin, tool))
    const unxz = `PATH=${bin}; ${unxzFunction} canUnxz && unxz`
    const raw = execFileSync('sh', ['-c', unxz], { input: await sent(file) })
    expect(sha256(raw)).toBe(file.rawSha256)
    const without = `PATH=${folder}; ${unxzFunction} canUnxz`
    expect(() => execFileSync('sh', ['-c', without], { stdio: 'ignore' })).toThrow('Command failed')
  })

  it('is a .gz on a server that hands it out, however it was sent, and is sent once', async () => {
    const gz = await makeProgram(100_000)
    const xz = await asXz(gz)
    const path = join(folder, "npc's.gz")
    const rawAt = async () => sha256(gunzipSync(await readFile(path)))
    expect(await putAgentProgram(shell, xz, path, { signal })).toBe(true)
    expect(await rawAt()).toBe(gz.rawSha256)
    expect((await stat(path)).mode & 0o777).toBe(0o644)
    for (const file of [xz, gz]) expect(await putAgentProgram(shell, file, path, { signal })).toBe(false)
    await writeFile(path, 'broken')
    expect(await putAgentProgram(shell, gz, path, { signal })).toBe(true)
    expect(await rawAt()).toBe(gz.rawSha256)
    await expect(
      putAgentProgram(shell, { ...xz, sha256: gz.sha256, rawSha256: xz.sha256 }, path, { signal }),
    ).rejects.toThrow('ended with')
    expect(await rawAt()).toBe(gz.rawSha256)
    expect((await readdir(folder)).filter((name) => name.startsWith('npc'))).toEqual(["npc's.gz"])
  })

  it('goes on where a cancelled try stopped', async () => {
    const file = await makeProgram(20_000_000)
    const stop = new AbortController()
    const first = uploadProgram(shell, file, place, {
      onProgress: (bytes) => bytes > 5_000_000 && stop.abort(),
      signal: stop.signal,
    })
    await expect(first).rejects.toMatchObject({ code: 'cancelled' })
    const { sentBytes, path } = await uploadProgram(shell, file, place, {
      onProgress: () => undefined,
      signal,
    })
    expect(sentBytes).toBeLessThan(file.bytes - 1_000_000)
    expect(sha256(await readFile(path))).toBe(file.rawSha256)
  })

  it('starts over when what is there is damaged', async () => {
    const file = await makeProgram(200_000)
    await mkdir(join(folder, '.nps-desktop-upload.earlier'), { mode: 0o700 })
    const part = join(folder, '.nps-desktop-upload.earlier', `${file.sha256.slice(0, 16)}.part`)
    await writeFile(part, '')
    await truncate(part, 150_000)
    const { sentBytes, path } = await uploadProgram(shell, file, place, {
      onProgress: () => undefined,
      signal,
    })
    expect(sentBytes).toBe(file.bytes)
    expect(sha256(await readFile(path))).toBe(file.rawSha256)
  })

  it('refuses a file that is not what the list says', async () => {
    const file = await makeProgram(1000)
    const wrong = { ...file, sha256: sha256(Buffer.from('other')) }
    await expect(
      uploadProgram(shell, wrong, place, { onProgress: () => undefined, signal }),
    ).rejects.toMatchObject({
      code: 'upload-corrupt',
    })
    expect((await uploaded()).files).toEqual([])
  })

  it.runIf(process.getuid?.() === 0)('cleans up and gives the numbers when the disk gets full', async () => {
    const file = await makeProgram(3_000_000)
    const small = join(folder, 'small')
    await mkdir(small)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'nps-test', small])
    try {
      await expect(
        uploadProgram(
          shell,
          file,
          { ...place, folder: small, mount: small },
          { onProgress: () => undefined, signal },
        ),
      ).rejects.toMatchObject({
        code: 'disk-full',
        params: { path: small, neededBytes: file.bytes + file.rawBytes },
      })
      expect(await readdir(small)).toEqual([])
    } finally {
      execFileSync('umount', [small])
    }
  })

  it('says why a program does not start', async () => {
    const elf = Buffer.alloc(64)
    elf.write('\x7fELF\x02\x01\x01', 'latin1')
    elf.writeUInt16LE(2, 16)
    elf.writeUInt16LE(process.arch === 'x64' ? 0xb7 : 0x3e, 18)
    const path = join(folder, 'foreign')
    await writeFile(path, elf, { mode: 0o700 })
    await expect(tryProgram(shell, 'nps', path, { signal })).rejects.toMatchObject({
      code: 'program-wrong-processor',
    })
    await writeFile(join(folder, 'mute'), '#!/bin/sh\nexit 3\n', { mode: 0o600 })
    await expect(tryProgram(shell, 'nps', join(folder, 'mute'), { signal })).rejects.toMatchObject({
      code: 'program-not-allowed',
    })
  })

  it('reads what the machine is', async () => {
    const facts = await readMachineFacts(shell, { signal })
    expect(facts).toMatchObject({ kind: 'Linux', machine: process.arch === 'x64' ? 'x86_64' : 'aarch64' })
    expect(facts.libc).toMatch(/^(glibc|musl) \d/)
    expect(Math.abs(facts.clockAheadSeconds)).toBeLessThanOrEqual(2)
    expect(facts.availableBytes).toBeGreaterThan(1e6)
    expect(facts.places.map((one) => one.folder)).toEqual([facts.home, '/var/tmp', '/tmp', '/usr'])
    expect(facts.places.slice(0, 3).every((one) => one.freeBytes > 0 && one.mount.startsWith('/'))).toBe(true)
  })
})
