import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findAptSource } from './apt-source.ts'
import { runCommand } from '../run-command.ts'

const timeoutMs = 5 * 60_000

/** apt-get and its settings for a release and processors that need not be this computer's, whose own lists it leaves alone. */
export async function aptFor(
  processors: readonly string[],
  { release, work }: { release: string; work: string },
): Promise<string[]> {
  // The archive holds every release: apt here only has to know one of them.
  const { mirror } = await findAptSource('bookworm')
  const key = '/usr/share/keyrings/debian-archive-keyring.gpg'
  await mkdir(join(work, 'lists/partial'), { recursive: true })
  await mkdir(join(work, 'cache/archives/partial'), { recursive: true })
  await writeFile(join(work, 'status'), '')
  const source = `deb [arch=${processors.join(',')} signed-by=${key}] ${mirror} ${release} main\n`
  await writeFile(join(work, 'sources.list'), source)
  const settings = [
    `Dir::Etc::SourceList=${work}/sources.list`,
    'Dir::Etc::SourceParts=/dev/null',
    `Dir::State::Lists=${work}/lists`,
    `Dir::State::Status=${work}/status`,
    `Dir::Cache=${work}/cache`,
    ...processors.map((one) => `APT::Architectures::=${one}`),
    // the folder is this account's alone
    'APT::Sandbox::User=root',
    'Acquire::Languages=none',
    // without it, lists that cannot be fetched are a warning
    'APT::Update::Error-Mode=any',
  ].flatMap((setting) => ['-o', setting])
  const apt = ['apt-get', ...settings, '-q']
  await runCommand('env', [...apt, 'update'], { timeoutMs })
  return apt
}

/** Downloads packages, such as `musl:arm64`, into an empty folder, and answers the paths of their files. */
export async function downloadPackages(
  names: readonly string[],
  { apt, folder }: { apt: readonly string[]; folder: string },
): Promise<string[]> {
  await runCommand('env', ['-C', folder, ...apt, 'download', ...names], { timeoutMs })
  const files = await readdir(folder)
  return files.filter((name) => name.endsWith('.deb')).map((name) => join(folder, name))
}
