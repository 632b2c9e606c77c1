import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { findAptSource } from '../images/apt-source.ts'
import { type CachedFolder, ensureCached } from '../images/cache-folder.ts'
import { runCommand } from '../run-command.ts'

/** The first Debian whose wine runs our programs: the wine 8 of bookworm lacks calls that Bun and Electron make. */
const release = 'trixie'

/** wine, what windows are drawn with, and what TLS inside Windows programs needs. */
const packages = [
  'wine wine64 libxcursor1 libxinerama1 libxi6 libxcomposite1 libxrandr2 libgnutls30t64',
  'libvulkan1 libegl1 libgl1-mesa-dri fonts-liberation fonts-wine',
].flatMap((line) => line.split(' '))

/** Where the Windows system lies in the root. */
export const winePrefix = '/windows'

/** A Debian with wine and a Windows system in it, read-only for those who run it. */
export const wineRoot: CachedFolder = {
  name: 'wine',
  recipe: { release, packages, winePrefix, steps: 1 },
}

const mountsScript = resolve(import.meta.dirname, 'wine-mounts.sh')

/** Builds the root if it is not cached yet; about three minutes and 2.5 GB. Returns its path. */
export async function ensureWineRoot({ signal }: { signal?: AbortSignal } = {}): Promise<string> {
  const stop = signal && { signal }
  return await ensureCached(wineRoot, async (root) => {
    // The archive holds every release: apt here only has to know one of them.
    const { mirror, proxyEnv } = await findAptSource('bookworm')
    const env = { ...process.env, ...proxyEnv, DEBIAN_FRONTEND: 'noninteractive' }
    const debootstrap = ['--variant=minbase', release, root, mirror]
    await runCommand('debootstrap', debootstrap, { timeoutMs: 10 * 60_000, env, ...stop })
    await copyFile('/etc/resolv.conf', join(root, 'etc/resolv.conf'))
    // Nobody boots this root: what a sudden end of the computer would lose is a folder that has no name yet.
    await writeFile(join(root, 'etc/dpkg/dpkg.cfg.d/no-sync'), 'force-unsafe-io\n')
    const inRoot = async (...command: string[]) =>
      await runCommand('chroot', [root, ...command], { timeoutMs: 10 * 60_000, env, ...stop })
    await inRoot('apt-get', 'install', '-q', '-y', '--no-install-recommends', ...packages)
    await inRoot('apt-get', 'clean')
    await inRoot('sh', '-c', 'rm -rf /var/lib/apt/lists/* /usr/share/doc /usr/share/man /usr/share/locale')
    await makePrefix(root, stop)
    await rm(join(root, 'etc/resolv.conf'))
  })
}

/** The Windows system is made with a display there: one made without has no windows for ever. */
async function makePrefix(root: string, stop: { signal: AbortSignal } | undefined): Promise<void> {
  await mkdir(join(root, winePrefix))
  const { TMPDIR: _, ...env } = process.env
  const boot = 'wineboot --init && wineserver --wait'
  await runCommand(
    'xvfb-run',
    ['-a', 'unshare', '--mount', '--pid', '--fork', '--kill-child', mountsScript, root, 'sh', '-c', boot],
    { timeoutMs: 5 * 60_000, env: { ...env, ...wineEnvironment }, ...stop },
  )
}

/** What wine reads from its environment. Without .NET and the browser engine, which it would offer to download. */
export const wineEnvironment = {
  WINEPREFIX: winePrefix,
  WINEARCH: 'win64',
  WINEDEBUG: '-all',
  WINEDLLOVERRIDES: 'mscoree,mshtml=',
}
