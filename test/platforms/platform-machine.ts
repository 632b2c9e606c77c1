import { resolve } from 'node:path'
import { muslFolder } from './musl-libraries.ts'

/** A kind of machine that is not this one, and how its programs are run here all the same. */
export interface PlatformMachine {
  readonly name: string
  /** The end of the programs' names in build/out: `linux-arm64`. */
  readonly target: string
  /** What runs a program of that machine here; the program's path and arguments follow. */
  readonly runner: readonly string[]
  /** Where it has our programs; absent: where they are built. */
  readonly programs?: string
}

const built = resolve(import.meta.dirname, '../../build/out')
/** What Linux 3.10, CentOS 7's, calls last. */
const lastCallOfLinux310 = '313'

/** The command line of one of our programs on `machine`. */
export function programOn(
  { runner, target, programs = built }: PlatformMachine,
  program: 'nps' | 'npc',
): [string, ...string[]] {
  const [command, ...args] = [...runner, `${programs}/${program}-${target}`]
  if (command === undefined) throw new Error('there is always the program itself')
  return [command, ...args]
}

/** An arm64 machine with glibc, by qemu. Without LSE atomics, as on a Raspberry Pi 3, when `cpu` is cortex-a53. */
export function arm64(cpu: string): PlatformMachine {
  const runner = ['qemu-aarch64-static', '-cpu', cpu, '-L', '/usr/aarch64-linux-gnu']
  return { name: `arm64, ${cpu}`, target: 'linux-arm64', runner }
}

/** An x86-64 machine with an older processor, by qemu. */
export function amd64(cpu: string): PlatformMachine {
  return { name: `amd64, ${cpu}`, target: 'linux-amd64', runner: ['qemu-x86_64-static', '-cpu', cpu] }
}

export const oldKernel: PlatformMachine = {
  name: 'amd64, with the system calls of Linux 3.10',
  target: 'linux-amd64',
  runner: ['perl', resolve(import.meta.dirname, 'old-kernel.pl'), lastCallOfLinux310],
}

/** What a command begins with that runs in a root of musl and busybox, with this computer's network and `/tmp`. */
export function inMuslRoot(root: string): string[] {
  return [resolve(import.meta.dirname, 'in-musl-root.sh'), root, built]
}

export const muslAmd64: PlatformMachine = {
  name: 'amd64 with musl and nothing of glibc',
  target: 'linux-musl-amd64',
  runner: ['unshare', '--mount', ...inMuslRoot(muslFolder('amd64'))],
  programs: '/programs',
}

export const muslArm64: PlatformMachine = {
  name: 'arm64 with musl',
  target: 'linux-musl-arm64',
  runner: ['qemu-aarch64-static', '-L', muslFolder('arm64')],
}
