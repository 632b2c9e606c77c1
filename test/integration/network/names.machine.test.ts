import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCommand } from '../../testbed/run-command.ts'

const scenario = fileURLToPath(new URL('names-in-lab.ts', import.meta.url))
const bun = fileURLToPath(
  new URL('../../../node_modules/@oven/bun-linux-x64-baseline/bin/bun', import.meta.url),
)

/** On a busy computer, too. Whoever waited for DNS would wait for three seconds at least. */
const atOnceMs = 2_500

interface Timed {
  readonly outcome: unknown
  readonly ms: number
}

type Told = Record<
  'before' | 'known' | 'unknown' | 'short' | 'listed' | 'local' | 'way' | 'hushed',
  Timed
> & {
  readonly silent: readonly Timed[]
}

describe.each([
  ['Node', process.execPath],
  ['Bun', bun],
])('on %s, while 32 targets wait for names that nobody answers', (_name, runtime) => {
  let folder: string
  let told: Told

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nps-names-'))
    const files = {
      'resolv.conf': 'nameserver 127.0.0.1\nsearch test\n',
      'nsswitch.conf': 'hosts: files dns\n',
      hosts: '127.0.0.1 localhost\n192.0.2.8 listed.lab\n',
    }
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
    const mounts = Object.keys(files).map((name) => `mount --bind "${folder}/${name}" /etc/${name}`)
    // A machine of its own, as far as names go.
    const script = [...mounts, 'ip link set lo up', 'exec "$0" "$1"'].join(' && ')
    const output = await runCommand('unshare', ['-n', '-m', 'sh', '-c', script, runtime, scenario])
    told = JSON.parse(output) as Told
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('a known name is found at once', () => {
    expect(told.known).toMatchObject({ outcome: ['192.0.2.7'] })
    expect(told.known.ms).toBeLessThan(atOnceMs)
  })

  it('and so is the way to the relay', () => {
    expect(told.way).toMatchObject({ outcome: 'connected' })
    expect(told.way.ms).toBeLessThan(atOnceMs)
  })

  it('a name that there is not is told as that, at once', () => {
    expect(told.unknown).toMatchObject({ outcome: 'ENOTFOUND' })
    expect(told.unknown.ms).toBeLessThan(atOnceMs)
  })

  it('search domains, the hosts file and localhost mean what they mean to the system', () => {
    expect(told.short.outcome).toEqual(['192.0.2.7'])
    expect(told.listed.outcome).toEqual(['192.0.2.8'])
    expect(told.local.outcome).toEqual(['127.0.0.1'])
    expect(Math.max(told.short.ms, told.listed.ms, told.local.ms)).toBeLessThan(atOnceMs)
  })

  it('the silent names fail by themselves, in ten seconds at the most', () => {
    expect(told.silent).toHaveLength(32)
    expect(new Set(told.silent.map(({ outcome }) => outcome))).toEqual(new Set(['target-unknown-host']))
    expect(Math.max(...told.silent.map(({ ms }) => ms))).toBeLessThan(10_500)
  })

  it('a name that was known goes on being known when DNS falls silent', () => {
    expect(told.before.outcome).toEqual(['192.0.2.7'])
    expect(told.hushed.outcome).toEqual(['192.0.2.7'])
    expect(told.hushed.ms).toBeLessThan(atOnceMs)
  })
})
