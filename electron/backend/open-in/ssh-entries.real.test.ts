import type { Lab, Overview, Server, Settings, Tunnel } from '@nps-desktop/electron/contract'
import { Feed } from '@nps-desktop/relay-core/async'
import { silentLog } from '@nps-desktop/relay-core/log'
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openKeyFile } from '../key-file.ts'
import type { Storage } from '../storage/records.ts'
import { openStorage } from '../storage/storage.ts'
import { SshEntries } from './ssh-entries.ts'
import { SshSettings } from './ssh-settings.ts'

let folder: string
let storage: Storage
let settings: SshSettings
let entries: SshEntries
let overview: Feed<Overview>

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nps-entries-'))
  await mkdir(join(folder, 'data'))
  await mkdir(join(folder, '.ssh'), { mode: 0o700 })
  const keyFile = await openKeyFile(join(folder, 'data'))
  storage = openStorage({ dataFolder: join(folder, 'data'), ...keyFile })
  settings = new SshSettings({ folder: join(folder, '.ssh'), mark: 'nps-desktop' })
  overview = new Feed(overviewOf({ port: 7001 }))
  open()
})
afterEach(async () => {
  await entries.close()
  overview.close()
  storage.close()
  await rm(folder, { recursive: true })
})

function open(): void {
  const save = (change: Pick<Settings, 'sshEntries'>) => void storage.settings.save(change)
  entries = new SshEntries({ storage, overview, settings, save, log: silentLog })
  entries.start()
}

function overviewOf({ port, name = 'lab-a100' }: { port: number; name?: string }): Overview {
  const overview = {
    servers: [{ id: 's1', relay: { host: '127.0.0.1' } } as Server],
    labs: [{ id: 'l1', serverId: 's1', name, address: { host: '10.0.0.5', port: 22, user: 'root' } } as Lab],
    tunnels: [
      { id: 't1', labId: 'l1', kind: 'ssh', reach: 'anyone', port, target: '127.0.0.1:22' } as Tunnel,
    ],
  }
  return overview as Overview
}

/** Resolves once what is kept is so. */
async function untilKept(isSo: (names: Readonly<Record<string, string>>) => boolean): Promise<void> {
  for await (const { names } of entries.feed.watch(AbortSignal.timeout(20_000))) if (isSo(names)) return
  throw new Error('it never was so')
}

const read = (path: string): Promise<string> => readFile(path, 'utf8')
const before = '\uFEFFHost gate\r\n  HostName 10.0.0.1\r\nHost *\r\n  User somebody'

describe('the ssh settings of an account', () => {
  test('get one line, keep their mode, and are as before once it is taken out', async () => {
    await writeFile(settings.config, before)
    await chmod(settings.config, 0o664)
    await entries.keep(true)
    expect(storage.settings.get().sshEntries).toBe('on')
    expect(await read(settings.own)).toContain('Host lab-a100\n')
    expect((await stat(settings.config)).mode & 0o777).toBe(0o664)
    expect((await stat(settings.own)).mode & 0o777).toBe(0o600)
    expect(await read(settings.config)).not.toBe(before)
    await entries.keep(false)
    expect(storage.settings.get().sshEntries).toBe('off')
    expect(await read(settings.config)).toBe(before)
    expect((await stat(settings.config)).mode & 0o777).toBe(0o664)
    expect(await readdir(join(folder, '.ssh'))).toEqual(['config'])
  })

  test('that were not there are made for this account alone, and are gone again', async () => {
    await rm(join(folder, '.ssh'), { recursive: true })
    await entries.keep(true)
    expect((await stat(join(folder, '.ssh'))).mode & 0o777).toBe(0o700)
    expect((await stat(settings.config)).mode & 0o777).toBe(0o600)
    await entries.keep(false)
    expect(await readdir(join(folder, '.ssh'))).toEqual([])
  })

  test('behind a symbolic link are changed where they are', async () => {
    await mkdir(join(folder, 'dotfiles'))
    const real = join(folder, 'dotfiles', 'ssh_config')
    await writeFile(real, before)
    await symlink(join('..', 'dotfiles', 'ssh_config'), settings.config)
    await entries.keep(true)
    expect(await read(real)).toContain(settings.include)
    await entries.keep(false)
    expect(await read(real)).toBe(before)
    expect(await readlink(settings.config)).toBe(join('..', 'dotfiles', 'ssh_config'))
  })

  test('behind a symbolic link to what is not there now, as on a disk that is not mounted, are left alone', async () => {
    const target = join('..', 'away', 'ssh_config')
    await symlink(target, settings.config)
    await expect(entries.keep(true)).rejects.toMatchObject({ code: 'ssh-config-unwritable' })
    expect(await readlink(settings.config)).toBe(target)
    expect(storage.settings.get().sshEntries).toBe('unasked')
  })

  test('are not touched for a person who says no at once', async () => {
    await writeFile(settings.config, `${before}\n${settings.include}\n`)
    await entries.keep(false)
    expect(await read(settings.config)).toBe(`${before}\n${settings.include}\n`)
    expect(storage.settings.get().sshEntries).toBe('off')
  })

  test('that are read-only stay so, and the answer stays unsaid', async () => {
    await writeFile(settings.config, before)
    await chmod(settings.config, 0o400)
    await expect(entries.keep(true)).rejects.toMatchObject({ code: 'ssh-config-unwritable' })
    expect(await read(settings.config)).toBe(before)
    expect(storage.settings.get().sshEntries).toBe('unasked')
  })

  test('follow a tunnel and a name, and a line that a person takes out ends that', async () => {
    await writeFile(settings.config, 'Host lab-a100\n  HostName mine\n')
    await entries.keep(true)
    expect(entries.feed.value.names).toEqual({ l1: 'lab-a100-2' })
    overview.set(overviewOf({ port: 7005, name: 'h200' }))
    await untilKept(({ l1 }) => l1 === 'h200')
    expect(await read(settings.own)).toContain(
      'Host h200\n  # lab box l1\n  HostName 127.0.0.1\n  Port 7005\n',
    )
    await writeFile(settings.config, 'Host lab-a100\n  HostName mine\n')
    overview.set(overviewOf({ port: 7006 }))
    await untilKept(({ l1 }) => l1 === undefined)
    expect(storage.settings.get().sshEntries).toBe('off')
    expect(await readdir(join(folder, '.ssh'))).toEqual(['config'])
  })

  test('are found as they were by the next start', async () => {
    await entries.keep(true)
    await entries.close()
    open()
    await untilKept(({ l1 }) => l1 !== undefined)
    expect(entries.feed.value).toEqual({ wish: 'on', failure: null, names: { l1: 'lab-a100' } })
  })
})
