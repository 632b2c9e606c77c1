import type { MachineName } from '../network/network.ts'
import { runCommand } from '../run-command.ts'
import { joinGroups, makeControlGroups, removeControlGroups } from './control-groups.ts'

/** qemu, as Debian's qemu-user-static brings it. */
const qemu = '/usr/bin/qemu-aarch64-static'
const qemuInside = '/run/qemu-aarch64'

/** How the kernel knows a program for arm64: the head of its ELF file, and which bits of it count. */
const elfHead = String.raw`\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00`
const elfMask = String.raw`\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff`
/** F: qemu is opened now, and need not be found in the place from which a program is started. */
const entry = `:arm64:M::${elfHead}:${elfMask}:${qemuInside}:OPF`

/** The first program is run by qemu outright, as are those that it needs until the kernel knows of qemu. */
const tellKernel = `${qemuInside} /bin/mount -t binfmt_misc none /proc/sys/fs/binfmt_misc &&
printf '%s' '${entry}' > /proc/sys/fs/binfmt_misc/register && exec "$@"
echo 'no arm64 programs: a list of their interpreters for each user namespace needs Linux 6.7' >&2; exit 1`

/** Whether the machine's processor is another one than this computer's: arm64, by qemu. */
export function isEmulated(name: MachineName): boolean {
  return name === 'lab-arm64'
}

/**
 * What systemd-nspawn is told to run programs for arm64 in a namespace of users of its own, with the same numbers. The kernel's list of
 * interpreters is one for each such namespace, so that nothing changes on this computer.
 */
export const arm64Options: readonly string[] = ['--private-users=identity', `--bind-ro=${qemu}:${qemuInside}`]

/**
 * What stands before systemd-nspawn: its root in a namespace of users of its own may not enter another's network, nor use its low ports,
 * so nspawn is started in there, and they are let to everybody.
 */
export function inNetwork(namespace: string): string[] {
  const letPorts = 'echo 0 > /proc/sys/net/ipv4/ip_unprivileged_port_start && exec "$@"'
  return ['nsenter', `--net=/run/netns/${namespace}`, 'sh', '-c', letPorts, 'sh']
}

/** `command` as nspawn's first program. */
export function arm64Command(command: readonly string[]): string[] {
  return [qemuInside, '/bin/sh', '-c', tellKernel, 'sh', ...command]
}

/** Runs a command as root in the folder that holds an arm64 system which is not booted. */
export async function runInArm64Root(
  root: string,
  command: readonly string[],
  options: { input?: string; timeoutMs?: number } = {},
): Promise<void> {
  const name = `npsbed-arm64-root-${process.pid}`
  const groups = `${name}.groups`
  const quiet = ['--quiet', '--register=no', '--keep-unit', '--settings=no', '--link-journal=no']
  const own = ['--resolv-conf=off', '--timezone=off', '--console=pipe', `--machine=${name}`]
  const nspawn = ['systemd-nspawn', `--directory=${root}`, ...quiet, ...own, ...arm64Options]
  try {
    // one that ends takes the group away that it shares with others
    const joining = joinGroups(await makeControlGroups(groups))
    await runCommand('sh', [...joining, ...nspawn, ...arm64Command(command)], options)
  } finally {
    await removeControlGroups(groups)
  }
}
