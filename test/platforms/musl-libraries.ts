import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findAptSource } from '../testbed/images/apt-source.ts'
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

const muslLibraries: CachedFolder = { name: 'musl', recipe: { release, wheel, steps: 1 } }

/** Where `lib` with musl's loader and libraries is, once `ensureMuslLibraries` has made it. */
export function muslFolder(arch: Arch): string {
  return join(cachedPath(muslLibraries), arch)
}

/** Fetches what a program for musl needs, for both processors, if it is not cached yet: a few seconds and 9 MB. */
export async function ensureMuslLibraries(): Promise<void> {
  await ensureCached(muslLibraries, async (folder) => {
    const work = await mkdtemp(join(tmpdir(), 'nps-musl-'))
    try {
      const apt = await aptOf(work)
      for (const arch of ['amd64', 'arm64'] as const) {
        const lib = join(folder, arch, 'lib')
        await mkdir(lib, { recursive: true })
        await addMusl(arch, { lib, apt, work: join(work, arch) })
        await addStandardLibrary(arch, { lib, work: join(work, arch) })
      }
    } finally {
      await rm(work, { recursive: true, force: true })
    }
  })
}

/** apt that knows the release for both processors, and leaves this computer's own lists alone. */
async function aptOf(work: string): Promise<string[]> {
  // The archive holds every release: apt here only has to know one of them.
  const { mirror } = await findAptSource('bookworm')
  const key = '/usr/share/keyrings/debian-archive-keyring.gpg'
  await mkdir(join(work, 'lists/partial'), { recursive: true })
  await mkdir(join(work, 'cache/archives/partial'), { recursive: true })
  await writeFile(join(work, 'status'), '')
  const source = `deb [arch=amd64,arm64 signed-by=${key}] ${mirror} ${release} main\n`
  await writeFile(join(work, 'sources.list'), source)
  const apt = [
    `Dir::Etc::SourceList=${work}/sources.list`,
    'Dir::Etc::SourceParts=/dev/null',
    `Dir::State::Lists=${work}/lists`,
    `Dir::State::Status=${work}/status`,
    `Dir::Cache=${work}/cache`,
    'APT::Architectures::=amd64',
    'APT::Architectures::=arm64',
    // the folder is this account's alone
    'APT::Sandbox::User=root',
    'Acquire::Languages=none',
    // without it, lists that cannot be fetched are a warning
    'APT::Update::Error-Mode=any',
  ].flatMap((setting) => ['-o', setting])
  await runCommand('apt-get', [...apt, '-q', 'update'], { timeoutMs: 5 * 60_000 })
  return apt
}

async function addMusl(
  arch: Arch,
  { lib, apt, work }: { lib: string; apt: readonly string[]; work: string },
): Promise<void> {
  await mkdir(work)
  const download = ['-C', work, 'apt-get', ...apt, '-q', 'download', `musl:${arch}`]
  await runCommand('env', download, { timeoutMs: 5 * 60_000 })
  const [file = ''] = (await readdir(work)).filter((name) => name.endsWith('.deb'))
  await runCommand('dpkg-deb', ['--extract', join(work, file), join(work, 'musl')])
  const machine = machineNames[arch]
  await cp(join(work, 'musl/usr/lib', `${machine}-linux-musl/libc.so`), join(lib, `ld-musl-${machine}.so.1`))
  // the name that Alpine gives to the same file, by which programs ask for it
  await symlink(`ld-musl-${machine}.so.1`, join(lib, `libc.musl-${machine}.so.1`))
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
