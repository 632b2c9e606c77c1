import { rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findAptSource } from './apt-source.ts'
import { type CachedFolder, ensureCached } from './cache-folder.ts'
import { runCommand } from '../run-command.ts'

/** What every machine has, as a small cloud image would: systemd, sshd, and the firewalls people meet. */
const packages = [
  'systemd systemd-sysv libpam-systemd dbus dbus-user-session polkitd login passwd openssh-server sudo cron',
  'procps less kmod xz-utils ca-certificates curl wget iproute2 iptables nftables ufw firewalld',
  'python3 python3-venv',
].flatMap((line) => line.split(' '))

const release = 'bookworm'
const aptTimers = ['apt-daily.timer', 'apt-daily-upgrade.timer', 'dpkg-db-backup.timer', 'e2scrub_all.timer']
const firewallServices = ['ufw.service', 'firewalld.service', 'nftables.service']

/** The root file system that all machines share, read-only, below their own disk. */
export const baseRoot: CachedFolder = {
  name: 'base',
  recipe: { release, packages, aptTimers, firewallServices, steps: 1 },
}

/** Builds the base root with debootstrap if it is not cached yet; about a minute and 300 MB. Returns its path. */
export async function ensureBaseRoot({ signal }: { signal?: AbortSignal } = {}): Promise<string> {
  return await ensureCached(baseRoot, async (root) => {
    const { mirror, proxyEnv } = await findAptSource(release)
    await runCommand(
      'debootstrap',
      ['--variant=minbase', `--include=${packages.join(',')}`, release, root, mirror],
      { timeoutMs: 15 * 60_000, env: { ...process.env, ...proxyEnv }, ...(signal && { signal }) },
    )
    const inRoot = async (...command: string[]) => await runCommand('chroot', [root, ...command])
    await inRoot('apt-get', 'clean')
    await inRoot('systemctl', 'disable', ...aptTimers, ...firewallServices)
    await inRoot('systemctl', 'set-default', 'multi-user.target')
    // Every machine makes its own keys and identity; shared ones would hide a mix-up of machines.
    await inRoot('sh', '-c', 'rm -rf /etc/ssh/ssh_host_* /var/lib/apt/lists/* /etc/resolv.conf')
    await truncate(join(root, 'etc/machine-id'), 0)
    // No machine of the bed reaches a name server: a lookup should fail at once.
    await writeFile(join(root, 'etc/resolv.conf'), '')
    await rm(join(root, 'usr/sbin/policy-rc.d'), { force: true })
  })
}
