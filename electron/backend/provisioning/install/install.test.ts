import { labPlatform, type LabPlatform } from '@nps-desktop/electron/contract'
import { describe, expect, it } from 'vitest'
import { checkMachine, choosePlace } from './check-machine.ts'
import { type MachineFacts, parseMachineFacts } from './machine-facts.ts'
import type { ProgramFile } from './program-files.ts'
import { explain } from './try-program.ts'

/** As the script prints it on a CentOS 7. */
const answer = `kind=Linux
os=CentOS Linux 7 (Core)
kernel=3.10.0-1160.el7.x86_64
machine=x86_64
libc=glibc 2.17
memory=512000
now=1000
home=/home/goudan
xz=/usr/bin/xz
place=yes 4000000 /home|/home/goudan
place=yes 900000 /|/var/tmp
place=no 900000 /tmp|/tmp
install=900000 /|/usr
`
const facts = (change: Partial<MachineFacts> = {}): MachineFacts => ({
  ...parseMachineFacts(answer, 1_000_000),
  ...change,
})
const file = { program: 'nps', bytes: 55e6, rawBytes: 110e6 } as ProgramFile

const platforms = labPlatform.options

describe('what a machine is', () => {
  it('is read from what the script prints', () => {
    expect(facts()).toEqual({
      kind: 'Linux',
      os: 'CentOS Linux 7 (Core)',
      kernel: '3.10.0-1160.el7.x86_64',
      machine: 'x86_64',
      libc: 'glibc 2.17',
      availableBytes: 512_000 * 1024,
      clockAheadSeconds: 0,
      home: '/home/goudan',
      canXz: true,
      places: [
        { folder: '/home/goudan', mount: '/home', freeBytes: 4_000_000 * 1024, runsPrograms: true },
        { folder: '/var/tmp', mount: '/', freeBytes: 900_000 * 1024, runsPrograms: true },
        { folder: '/tmp', mount: '/tmp', freeBytes: 900_000 * 1024, runsPrograms: false },
        { folder: '/usr', mount: '/', freeBytes: 900_000 * 1024, runsPrograms: false },
      ],
    })
  })

  it.each([
    ['ldd (GNU libc) 2.23 Copyright', 'glibc 2.23'],
    ['ldd (Ubuntu GLIBC 2.27-3ubuntu1) 2.27', 'glibc 2.27'],
    ['musl libc (x86_64) Version 1.2.4', 'musl 1.2.4'],
    ['sh: ldd: not found musl libc (aarch64) Version 1.2.3', 'musl 1.2.3'],
    ['sh: ldd: command not found sh: /lib/ld-musl-*.so.1: No such file or directory', ''],
    ['', ''],
  ])('libc of %j is %j', (said, libc) => {
    expect(parseMachineFacts(`libc=${said}\n`, 0).libc).toBe(libc)
  })

  it('is good enough, or names what is not', () => {
    const check = (change: Partial<MachineFacts>) => checkMachine('h', facts(change), platforms)
    expect(check({})).toEqual({ platform: 'linux', arch: 'amd64' })
    expect(check({ machine: 'aarch64' })).toEqual({ platform: 'linux', arch: 'arm64' })
    expect(check({ libc: 'musl 1.2.4' })).toEqual({ platform: 'linux-musl', arch: 'amd64' })
    expect(check({ libc: 'musl' })).toEqual({ platform: 'linux-musl', arch: 'amd64' })
    expect(check({ kind: 'Darwin', machine: 'arm64', libc: '' })).toEqual({
      platform: 'darwin',
      arch: 'arm64',
    })
    expect(check({ availableBytes: null, libc: '' })).toEqual({ platform: 'linux', arch: 'amd64' })
    const codeOf = (change: Partial<MachineFacts>, allowed: readonly LabPlatform[] = platforms): unknown => {
      try {
        return checkMachine('h', facts(change), allowed)
      } catch (error) {
        return (error as { code?: unknown }).code
      }
    }
    expect(codeOf({ kind: 'FreeBSD' })).toBe('platform-unsupported')
    expect(codeOf({ kind: 'Darwin' }, ['linux', 'linux-musl'])).toBe('platform-unsupported')
    expect(codeOf({ machine: 'riscv64' })).toBe('processor-unsupported')
    expect(codeOf({ libc: 'glibc 2.12' })).toBe('libc-too-old')
    expect(codeOf({ libc: 'musl 1.1.24' })).toBe('libc-too-old')
    expect(codeOf({ availableBytes: 20e6 })).toBe('memory-low')
    expect(codeOf({ clockAheadSeconds: -90_000 })).toBe('clock-wrong')
  })
})

describe('where an upload goes', () => {
  const place = (folder: string, mount: string, freeMb: number, runsPrograms = true) => ({
    folder,
    mount,
    freeBytes: freeMb * 1e6,
    runsPrograms,
  })
  const choose = (places: MachineFacts['places'], installsUnder: 'home' | '/usr') =>
    choosePlace('h', facts({ places }), file, { installsUnder })

  it('is the home folder when it has room', () => {
    const { place: chosen, neededBytes } = choose(
      [place('/home/goudan', '/', 300), place('/usr', '/', 300)],
      '/usr',
    )
    expect(chosen.folder).toBe('/home/goudan')
    // unpacked and installed lie side by side on one disk
    expect(neededBytes).toBe(110e6 + 110e6 + 16 * 1024 * 1024)
  })

  it('is another folder when the home folder is small or runs no programs', () => {
    const others = [place('/tmp', '/tmp', 300), place('/usr', '/usr', 300)]
    expect(choose([place('/home/goudan', '/home', 50), ...others], '/usr').place.folder).toBe('/tmp')
    expect(choose([place('/home/goudan', '/home', 500, false), ...others], '/usr').place.folder).toBe('/tmp')
  })

  it('is nowhere when the disk it is installed on is full', () => {
    expect(() => choose([place('/home/goudan', '/home', 5000), place('/usr', '/', 12)], '/usr')).toThrow(
      'Disk full on h: 12 MB free on /, nps needs 127 MB. Nothing was changed.',
    )
  })
})

describe('why a program does not start', () => {
  const elf = (machine: string, header: string): string =>
    `\nmachine=${machine} kernel=5.10.0 elf=${header}\n`
  it.each([
    [
      126,
      `sh: ./nps: cannot execute binary file: Exec format error${elf('x86_64', 'b700')}`,
      'program-wrong-processor',
    ],
    [126, `sh: ./nps: Permission denied${elf('x86_64', '3e00')}`, 'program-not-allowed'],
    [1, `./nps: /lib64/libc.so.6: version \`GLIBC_2.17' not found${elf('x86_64', '3e00')}`, 'system-too-old'],
    [127, `sh: ./nps: not found${elf('x86_64', '3e00')}`, 'system-too-old'],
    [1, `FATAL: kernel too old${elf('x86_64', '3e00')}`, 'system-too-old'],
    [
      127,
      `Error loading shared library libstdc++.so.6: No such file or directory (needed by ./npc)${elf('x86_64', '3e00')}`,
      'system-too-old',
    ],
    [134, `dyld: Library not loaded: /usr/lib/libicucore.A.dylib${elf('arm64', '0000')}`, 'system-too-old'],
    [126, `sh: ./npc: Bad CPU type in executable${elf('x86_64', '0000')}`, 'program-wrong-processor'],
    [132, `Illegal instruction${elf('x86_64', '3e00')}`, 'program-killed'],
    [1, elf('x86_64', '3e00'), 'program-will-not-start'],
  ])('%i %j: %s', (exitCode, stderr, problem) => {
    expect(explain(exitCode, stderr)).toBe(problem)
  })
})
