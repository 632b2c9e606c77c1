import type { Account, Accounts, BedKey } from './bed-accounts.ts'
import { isEmulated, runInArm64Root } from './emulation.ts'
import type { MachineDisk } from './machine-disk.ts'
import type { MachineName } from '../network/network.ts'
import { readyUnit } from './ready-unit.ts'
import { researchBin } from '../images/python-layer.ts'
import { runCommand } from '../run-command.ts'

/** Gives a new machine, before its first boot, its name, host keys, people and peculiarities. */
export async function setUpMachine(
  name: MachineName,
  disk: MachineDisk,
  accounts: Accounts,
  key: BedKey,
): Promise<void> {
  const script = [
    'set -eu',
    `echo ${name} > /etc/hostname`,
    `printf '127.0.0.1 localhost\\n127.0.1.1 ${name}\\n' > /etc/hosts`,
    // qemu would be long at an RSA key
    isEmulated(name) ? "ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key" : 'ssh-keygen -q -A',
    `cat > /etc/systemd/system/testbed-ready.service <<'UNIT'\n${readyUnit}UNIT`,
    'systemctl enable --quiet testbed-ready',
    // A login prompt begins by hanging up the console, under whoever is writing to it.
    'systemctl mask --quiet console-getty',
    ...people[name](accounts).flatMap((account) => addAccount(account, key)),
    ...peculiarities[name],
  ]
  const input = `${script.join('\n')}\n`
  if (isEmulated(name)) await runInArm64Root(disk.root, ['sh', '-s'], { input })
  else await runCommand('chroot', [disk.root, 'sh', '-s'], { input })
}

const people: Record<MachineName, (accounts: Accounts) => Account[]> = {
  cloud: ({ root, admin, guest }) => [root, admin, guest],
  lab: ({ researcher }) => [researcher],
  'lab-cron': ({ researcher }) => [researcher],
  'lab-bare': ({ researcher }) => [researcher],
  'lab-arm64': ({ researcher }) => [researcher],
  jump: ({ hopper }) => [hopper],
}

function addAccount({ user, password }: Account, key: BedKey): string[] {
  const ssh = `$(getent passwd ${user} | cut -d: -f6)/.ssh`
  return [
    ...(user === 'root' ? [] : [`useradd --create-home --shell /bin/bash ${user}`]),
    `echo '${user}:${password}' | chpasswd`,
    `mkdir -p -m 700 ${ssh}`,
    `echo '${key.publicKey}' > ${ssh}/authorized_keys`,
    `chown -R ${user} ${ssh}`,
  ]
}

/** As many people have it: the notebook's folder is on the path of login shells only. */
const researchPath = `echo 'PATH=${researchBin}:$PATH' >> /home/researcher/.profile`

/** Old systems and stripped-down ones: logging in starts no service manager for the user. */
const noUserServices = [
  'ln -s /dev/null /etc/systemd/system/user@.service',
  "sed -i '/pam_systemd/d' /etc/pam.d/common-session",
]

const peculiarities: Record<MachineName, string[]> = {
  cloud: [
    'usermod --append --groups sudo admin',
    "echo 'PermitRootLogin yes' > /etc/ssh/sshd_config.d/root-login.conf",
  ],
  lab: [researchPath],
  'lab-cron': [researchPath, ...noUserServices],
  'lab-bare': [researchPath, ...noUserServices, 'dpkg --purge cron >/dev/null'],
  // at its start it forgets all interpreters, and with them qemu
  'lab-arm64': ['systemctl mask --quiet systemd-binfmt'],
  jump: [],
}
