import { chmod, cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { aptFor, downloadPackages } from '../testbed/images/foreign-apt.ts'
import { type CachedFolder, cachedPath, ensureCached } from '../testbed/images/cache-folder.ts'
import { runCommand } from '../testbed/run-command.ts'

type Arch = 'amd64' | 'arm64'

/** The first Debian whose musl our programs run with: they need 1.2.4, and bookworm has 1.2.3. */
const release = 'trixie'
const machineNames = { amd64: 'x86_64', arm64: 'aarch64' } as const
/** A Python package whose files for musl carry the C++ library that Alpine has, since Debian has it for glibc only. */
const wheel = {
  requirement: 'greenlet==3.2.4',
  sha256: {
    amd64: '326d234cbf337c9c3def0676412eb7040a35a768efc92504b947b3e9cfc7543d',
    arm64: 'ee7a6ec486883397d70eec05059353b8e83eca9168b9f3f9a361971e77e0bcd0',
  },
} as const

const muslLibraries: CachedFolder = { name: 'musl', recipe: { release, wheel, steps: 2 } }

/** Where `lib` with musl's loader and libraries is, once `ensureMuslLibraries` has made it; for amd64 a whole root with busybox around it. */
export function muslFolder(arch: Arch): string {
  return join(cachedPath(muslLibraries), arch)
}

/** Fetches what a program for musl needs, for both processors, if it is not cached yet: a few seconds and 9 MB. */
export async function ensureMuslLibraries(): Promise<void> {
  await ensureCached(muslLibraries, async (folder) => {
    const work = await mkdtemp(join(tmpdir(), 'nps-musl-'))
    try {
      const apt = await aptFor(['amd64', 'arm64'], { release, work })
      for (const arch of ['amd64', 'arm64'] as const) {
        const lib = join(folder, arch, 'lib')
        await mkdir(lib, { recursive: true })
        await addMusl(arch, { lib, apt, work: join(work, arch) })
        await addStandardLibrary(arch, { lib, work: join(work, arch) })
      }
      await addBusybox(join(folder, 'amd64'), { apt, work: join(work, 'busybox') })
    } finally {
      await rm(work, { recursive: true, force: true })
    }
  })
}

async function addMusl(
  arch: Arch,
  { lib, apt, work }: { lib: string; apt: readonly string[]; work: string },
): Promise<void> {
  const unpacked = await unpackDebian(`musl:${arch}`, { apt, work })
  const machine = machineNames[arch]
  await cp(join(unpacked, 'usr/lib', `${machine}-linux-musl/libc.so`), join(lib, `ld-musl-${machine}.so.1`))
  // the name that Alpine gives to the same file, by which programs ask for it
  await symlink(`ld-musl-${machine}.so.1`, join(lib, `libc.musl-${machine}.so.1`))
}

/** The folder that a package of the release is unpacked into. */
async function unpackDebian(
  name: string,
  { apt, work }: { apt: readonly string[]; work: string },
): Promise<string> {
  await mkdir(work)
  const [file = ''] = await downloadPackages([name], { apt, folder: work })
  const unpacked = join(work, 'unpacked')
  await runCommand('dpkg-deb', ['--extract', file, unpacked])
  return unpacked
}

/** Makes a root of it, as Alpine's: musl, busybox for everything else, and no glibc. */
async function addBusybox(
  root: string,
  { apt, work }: { apt: readonly string[]; work: string },
): Promise<void> {
  const unpacked = await unpackDebian('busybox-static:amd64', { apt, work })
  const folders = [
    'bin',
    'sbin',
    'usr/bin',
    'usr/sbin',
    'etc',
    'root',
    'proc',
    'dev',
    'run',
    'tmp',
    'programs',
  ]
  for (const folder of [...folders, 'var/spool/cron/crontabs'])
    await mkdir(join(root, folder), { recursive: true })
  await symlink('../run', join(root, 'var/run'))
  await writeFile(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n')
  await writeFile(join(root, 'etc/group'), 'root:x:0:\n')
  const busybox = (await readdir(unpacked, { recursive: true })).find((path) => path.endsWith('bin/busybox'))
  await cp(join(unpacked, busybox ?? ''), join(root, 'bin/busybox'))
  await chmod(join(root, 'bin/busybox'), 0o755)
  await runCommand('chroot', [root, '/bin/busybox', '--install', '-s'])
}

async function addStandardLibrary(arch: Arch, { lib, work }: { lib: string; work: string }): Promise<void> {
  const requirements = join(work, 'requirements.txt')
  await writeFile(requirements, `${wheel.requirement} --hash=sha256:${wheel.sha256[arch]}\n`)
  const which = ['--platform', `musllinux_1_2_${machineNames[arch]}`, '--python-version', '3.12']
  const pinned = ['--no-deps', '--only-binary=:all:', '--require-hashes', '-r', requirements]
  await runCommand('/usr/bin/pip3', ['download', '--quiet', '--dest', work, ...which, ...pinned], {
    timeoutMs: 5 * 60_000,
  })
  const [file = ''] = (await readdir(work)).filter((name) => name.endsWith('.whl'))
  await runCommand('python3', ['-m', 'zipfile', '-e', join(work, file), join(work, 'wheel')])
  await cp(join(work, 'wheel/greenlet.libs'), lib, { recursive: true })
  const [library = ''] = (await readdir(lib)).filter((name) => name.startsWith('libstdc++-'))
  await symlink(library, join(lib, 'libstdc++.so.6'))
}
