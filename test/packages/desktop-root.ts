import { findAptSource } from '../testbed/images/apt-source.ts'
import { type CachedFolder, ensureCached } from '../testbed/images/cache-folder.ts'
import { runCommand } from '../testbed/run-command.ts'

/** What a Debian desktop has of what the package depends on, rpm as other systems have it, and a screen without a display. */
const packages = [
  'libgtk-3-0 libnotify4 libnss3 libxss1 libxtst6 xdg-utils libatspi2.0-0 libuuid1 libsecret-1-0 libgbm1 libasound2',
  'desktop-file-utils xvfb xauth fonts-dejavu-core rpm',
].flatMap((line) => line.split(' '))

const release = 'bookworm'

/** The root file system of a desktop computer, on which nothing of ours was ever installed. */
const desktopRoot: CachedFolder = { name: 'desktop', recipe: { release, packages, steps: 1 } }

/** The account of the person at that computer. */
export const person = 'researcher'

/** Builds the root if it is not cached yet: a minute and a half, 700 MB. Returns its path. */
export async function ensureDesktopRoot(): Promise<string> {
  return await ensureCached(desktopRoot, async (root) => {
    const { mirror, proxyEnv } = await findAptSource(release)
    const env = { ...process.env, ...proxyEnv, DEBIAN_FRONTEND: 'noninteractive' }
    const options = { timeoutMs: 15 * 60_000, env }
    await runCommand('debootstrap', ['--variant=minbase', release, root, mirror], options)
    // not by debootstrap, which cannot put packages in order that depend on each other in a circle
    const install = ['apt-get', 'install', '-q', '--yes', '--no-install-recommends', ...packages]
    await runCommand('chroot', [root, ...install], options)
    await runCommand('chroot', [root, 'useradd', '--create-home', person])
    await runCommand('chroot', [root, 'apt-get', 'clean'])
    await runCommand('chroot', [root, 'sh', '-c', 'rm -rf /var/lib/apt/lists/*'])
  })
}
