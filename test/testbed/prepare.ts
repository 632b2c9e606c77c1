import { existsSync } from 'node:fs'
import { baseRoot, ensureBaseRoot } from './images/base-root.ts'
import { cacheFolder, isCached } from './images/cache-folder.ts'
import { testbedObstacle } from './obstacle.ts'
import { ensurePythonLayer, pythonLayer } from './images/python-layer.ts'
import { ensureStreamlit, streamlitEnvironment } from './images/streamlit-environment.ts'
import { runCommand } from './run-command.ts'

/** The programs that the bed runs on this computer, and the Debian package of each. */
const programs: Readonly<Record<string, string>> = {
  '/usr/sbin/debootstrap': 'debootstrap',
  '/usr/bin/systemd-nspawn': 'systemd-container',
  '/usr/sbin/nft': 'nftables',
  '/usr/sbin/ip': 'iproute2',
  '/usr/bin/ssh': 'openssh-client',
  '/usr/bin/ssh-keygen': 'openssh-client',
  '/usr/bin/sshpass': 'sshpass',
  '/usr/sbin/mkfs.ext4': 'e2fsprogs',
  '/usr/bin/nsenter': 'util-linux',
  '/usr/bin/curl': 'curl',
}

/** Whether prepareTestbed has nothing left to do. */
export async function isTestbedPrepared(): Promise<boolean> {
  return missingPackages().length === 0 && (await isCached(baseRoot)) && (await isCached(pythonLayer))
}

/**
 * Installs what the bed needs and builds the cached roots; does nothing when all is there. Needs the network.
 * Throws, saying why, when this computer cannot run the bed.
 */
export async function prepareTestbed({
  report = () => undefined,
  signal,
}: {
  /** Told of each step in a line for a person. */
  report?: (line: string) => void
  signal?: AbortSignal
} = {}): Promise<void> {
  const obstacle = testbedObstacle()
  if (obstacle !== undefined) throw new Error(`The test bed cannot be prepared: ${obstacle}.`)
  const options = { ...(signal && { signal }) }
  const packages = missingPackages()
  if (packages.length > 0) {
    report(`installing ${packages.join(', ')}`)
    const apt = {
      timeoutMs: 10 * 60_000,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      ...options,
    }
    await runCommand('apt-get', ['update', '-q'], apt)
    await runCommand('apt-get', ['install', '-q', '-y', '--no-install-recommends', ...packages], apt)
  }
  if (!(await isCached(baseRoot))) report('building the root of the machines (about a minute)')
  await ensureBaseRoot(options)
  if (!(await isCached(pythonLayer)))
    report('installing Jupyter and TensorBoard for the lab (about a minute)')
  await ensurePythonLayer(options)
  if (!(await isCached(streamlitEnvironment))) report('installing Streamlit (a quarter of a minute)')
  await ensureStreamlit(options)
  report(`the test bed is prepared, in ${cacheFolder()}`)
}

function missingPackages(): string[] {
  const missing = Object.entries(programs).filter(([path]) => !existsSync(path))
  return [...new Set(missing.map(([, name]) => name))]
}

if (import.meta.main) {
  try {
    await prepareTestbed({ report: (line) => console.log(`test bed: ${line}`) })
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
