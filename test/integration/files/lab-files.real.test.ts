import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import {
  chmod,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, test } from 'vitest'
import type { FileEntry } from '@nps-desktop/electron/contract'
import { CuttableWay } from '../../harness/cuttable-way.ts'
import { LabOfSshd } from '../../harness/lab-of-sshd.ts'
import { type LocalSshd, sshdPath, startLocalSshd } from '../../harness/local-sshd.ts'

const signal = new AbortController().signal
const labId = 'l1'
const megabyte = 1024 * 1024
const sftp = ['Subsystem sftp internal-sftp']

describe.runIf(existsSync(sshdPath))('files of a lab box', () => {
  let sshd: LocalSshd
  let way: CuttableWay
  let lab: LabOfSshd
  /** On the lab box, on the laptop, and the laptop's downloads. */
  let there: string
  let here: string
  let downloads: string

  beforeAll(async () => {
    sshd = await startLocalSshd({ config: sftp })
  })
  afterAll(() => sshd.close())
  beforeEach(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'nps-files-'))
    ;[there, here, downloads] = [join(folder, 'lab'), join(folder, 'laptop'), join(folder, 'downloads')]
    await mkdir(there)
    await mkdir(here)
    way = await CuttableWay.open(sshd)
    lab = await LabOfSshd.open(sshd, { port: way.port, downloadsFolder: downloads })
  })
  afterEach(async () => {
    await lab[Symbol.asyncDispose]()
    await way[Symbol.asyncDispose]()
    await rm(join(there, '..'), { recursive: true })
  })

  const list = async (path = there, match = '', again = true) =>
    await lab.files.list({ labId, path, match, again }, { signal })
  const ended = async () => await lab.transfersWhere((all) => all.every(({ state }) => state === 'done'))

  describe('of 200 MB, cut off on its way', () => {
    const bytes = 200 * megabyte

    test('arrives whole on the lab box', { timeout: 120_000 }, async () => {
      const sum = await makeFile(join(here, 'model.safetensors'), bytes)
      way.cutAfter(80 * megabyte)
      await lab.files.upload(
        { labId, folder: there, paths: [join(here, 'model.safetensors')], choices: [] },
        { signal },
      )
      const [broken] = await lab.transfersWhere(([one]) => one?.state === 'broken')
      expect(broken?.failure?.code).toBe('ssh-lost')
      expect(broken?.doneBytes).toBeGreaterThan(40 * megabyte)
      lab.files.retryNow()
      await ended()
      expect(way.cuts).toBe(1)
      expect(await readdir(there)).toEqual(['model.safetensors'])
      expect(await sha256(join(there, 'model.safetensors'))).toBe(sum)
    })

    test('arrives whole on the laptop', { timeout: 120_000 }, async () => {
      const sum = await makeFile(join(there, 'model.safetensors'), bytes)
      way.cutAfter(80 * megabyte)
      await lab.files.download(
        { labId, folder: there, names: ['model.safetensors'], choices: [] },
        { signal },
      )
      const [broken] = await lab.transfersWhere(([one]) => one?.state === 'broken')
      expect(broken?.doneBytes).toBeGreaterThan(40 * megabyte)
      lab.files.retryNow()
      await ended()
      expect(way.cuts).toBe(1)
      expect(await readdir(downloads)).toEqual(['model.safetensors'])
      expect(await sha256(join(downloads, 'model.safetensors'))).toBe(sum)
    })
  })

  test('a file that has changed since the cut is copied anew, not patched together', async () => {
    const path = join(here, 'data.bin')
    await makeFile(path, 20 * megabyte)
    way.cutAfter(12 * megabyte)
    await lab.files.upload({ labId, folder: there, paths: [path], choices: [] }, { signal })
    await lab.transfersWhere(([one]) => one?.state === 'broken')
    const sum = await makeFile(path, 14 * megabyte)
    lab.files.retryNow()
    await ended()
    expect(await sha256(join(there, 'data.bin'))).toBe(sum)
  })

  test('a read-only file can be gone on with after a cut, either way, and is read-only in the end', async () => {
    const path = join(here, 'dataset.bin')
    const sum = await makeFile(path, 20 * megabyte)
    await chmod(path, 0o444)
    const modes = async (folder: string) => {
      const names = await readdir(folder)
      return await Promise.all(names.map(async (name) => (await stat(join(folder, name))).mode & 0o777))
    }
    const broken = async () => await lab.transfersWhere((all) => all.some(({ state }) => state === 'broken'))
    way.cutAfter(12 * megabyte)
    await lab.files.upload({ labId, folder: there, paths: [path], choices: [] }, { signal })
    await broken()
    // only root may write to one that its owner may not
    expect(await modes(there)).toEqual([0o644])
    lab.files.retryNow()
    await ended()
    expect(await modes(there)).toEqual([0o444])
    way.cutAfter(12 * megabyte)
    await lab.files.download({ labId, folder: there, names: ['dataset.bin'], choices: [] }, { signal })
    await broken()
    expect(await modes(downloads)).toEqual([0o644])
    lab.files.retryNow()
    await ended()
    expect(await modes(downloads)).toEqual([0o444])
    expect(await sha256(join(downloads, 'dataset.bin'))).toBe(sum)
  })

  test('a link that leads in a circle does not keep the rest from being copied', async () => {
    for (const folder of [join(here, 'odd'), join(there, 'odd')]) {
      await mkdir(folder)
      await symlink('circle', join(folder, 'circle'))
      await writeFile(join(folder, 'good.txt'), 'good')
    }
    await lab.files.upload(
      { labId, folder: there, paths: [join(here, 'odd')], choices: [{ name: 'odd', choice: 'keep-both' }] },
      { signal },
    )
    await lab.files.download({ labId, folder: there, names: ['odd'], choices: [] }, { signal })
    const all = await ended()
    expect(all.map(({ doneFiles, leftOut }) => [doneFiles, leftOut])).toEqual([
      [1, 1],
      [1, 1],
    ])
    expect(await readdir(join(downloads, 'odd'))).toEqual(['good.txt'])
    expect(await readdir(join(there, 'odd (2)'))).toEqual(['good.txt'])
  })

  test('a folder of many small files arrives with its folders, and is counted', async () => {
    for (let index = 0; index < 300; index++) {
      const folder = join(here, 'samples', String(index % 7))
      await mkdir(folder, { recursive: true })
      await writeFile(join(folder, `${index}.txt`), `sample ${index}`)
    }
    await lab.files.upload({ labId, folder: there, paths: [join(here, 'samples')], choices: [] }, { signal })
    const [done] = await ended()
    expect(done).toMatchObject({ doneFiles: 300, totalFiles: 300, leftOut: 0 })
    expect(await readFile(join(there, 'samples/6/293.txt'), 'utf8')).toBe('sample 293')
    await lab.files.download({ labId, folder: there, names: ['samples'], choices: [] }, { signal })
    await ended()
    expect(await contents(join(downloads, 'samples'))).toEqual(await contents(join(here, 'samples')))
  })

  test('nothing is replaced without a question, and each answer does what it says', async () => {
    await writeFile(join(here, 'config.yaml'), 'new')
    await writeFile(join(there, 'config.yaml'), 'old')
    const upload = async (choice?: 'replace' | 'keep-both' | 'skip') =>
      await lab.files.upload(
        {
          labId,
          folder: there,
          paths: [join(here, 'config.yaml')],
          choices: choice ? [{ name: 'config.yaml', choice }] : [],
        },
        { signal },
      )
    const names = async () => (await readdir(there)).toSorted()
    expect(await upload()).toMatchObject({ started: 0, conflicts: [{ name: 'config.yaml', bytes: 3 }] })
    expect(await upload('skip')).toMatchObject({ started: 0, conflicts: [] })
    expect(await names()).toEqual(['config.yaml'])
    await upload('keep-both')
    await ended()
    expect(await names()).toEqual(['config (2).yaml', 'config.yaml'])
    expect(await readFile(join(there, 'config.yaml'), 'utf8')).toBe('old')
    await upload('replace')
    await ended()
    expect(await names()).toEqual(['config (2).yaml', 'config.yaml'])
    expect(await readFile(join(there, 'config.yaml'), 'utf8')).toBe('new')
    await expect(
      lab.files.rename({ labId, folder: there, from: 'config (2).yaml', to: 'config.yaml' }, { signal }),
    ).rejects.toMatchObject({ code: 'file-exists' })
    await expect(
      lab.files.makeFolder({ labId, folder: there, name: 'config.yaml' }, { signal }),
    ).rejects.toMatchObject({ code: 'file-exists' })
    expect(await readFile(join(there, 'config.yaml'), 'utf8')).toBe('new')
  })

  test('names in any script, with spaces, quotes and line breaks keep every byte', async () => {
    const names = [
      '实验 结果 (终).txt',
      "it's $HOME `x`.txt",
      'a\nb.txt',
      '🧪 é.txt',
      '-rf',
      '~',
      'x'.repeat(255),
      // what only other systems cannot have, and what only other disks take for one
      'CON',
      'aux.txt',
      'ends.',
      'ends ',
      'caf\u{e9}',
      'cafe\u{301}',
      'Readme',
      'README',
      '__proto__',
      'constructor',
      'toString',
    ]
    for (const name of names) await writeFile(join(here, name), name)
    const paths = names.map((name) => join(here, name))
    await lab.files.upload({ labId, folder: there, paths, choices: [] }, { signal })
    await ended()
    expect((await readdir(there)).toSorted()).toEqual(names.toSorted())
    expect((await list()).entries.map(({ name }) => name).toSorted()).toEqual(names.toSorted())
    await lab.files.download({ labId, folder: there, names, choices: [] }, { signal })
    await ended()
    // what would end a line is replaced where a downloaded name is given
    for (const name of names)
      expect(await readFile(join(downloads, name.replace('\n', '_')), 'utf8')).toBe(name)
    await lab.files.rename({ labId, folder: there, from: '-rf', to: '新的名字' }, { signal })
    await lab.files.remove({ labId, folder: there, names: ['新的名字', 'a\nb.txt'] }, { signal })
    expect(await readdir(there)).toHaveLength(names.length - 2)
  })

  test('a name that is no UTF-8 is shown, and said to be out of reach', async () => {
    await writeFile(
      Buffer.concat([Buffer.from(`${there}/caf`), Buffer.from([0xe9]), Buffer.from('.txt')]),
      '',
    )
    await writeFile(join(there, 'really \u{fffd}.txt'), '')
    const { entries } = await list()
    expect(entries.map(({ name, isNameable }) => [name, isNameable])).toEqual([
      ['caf\u{fffd}.txt', false],
      ['really \u{fffd}.txt', true],
    ])
  })

  test('links are shown as such, removed as such, and copied as what they lead to', async () => {
    await mkdir(join(there, 'runs'))
    await writeFile(join(there, 'runs', 'log.txt'), 'log')
    await symlink('runs', join(there, 'latest'))
    await symlink('runs/log.txt', join(there, 'log'))
    await symlink('nowhere', join(there, 'gone'))
    await symlink('..', join(there, 'runs', 'circle'))
    const kindOf = ({ name, kind, link }: FileEntry) => [name, kind, link]
    expect((await list()).entries.map(kindOf)).toEqual([
      ['latest', 'link', { to: 'runs', kind: 'folder' }],
      ['runs', 'folder', null],
      ['gone', 'link', { to: 'nowhere', kind: 'nothing' }],
      ['log', 'link', { to: 'runs/log.txt', kind: 'file' }],
    ])
    await lab.files.download({ labId, folder: there, names: ['log', 'runs'], choices: [] }, { signal })
    const all = await ended()
    expect(await readFile(join(downloads, 'log'), 'utf8')).toBe('log')
    expect(all.at(-1)).toMatchObject({ name: 'runs', leftOut: 1, totalFiles: 1 })
    await lab.files.remove({ labId, folder: there, names: ['latest', 'gone'] }, { signal })
    expect(await readFile(join(there, 'runs', 'log.txt'), 'utf8')).toBe('log')
    expect(await lab.files.remove({ labId, folder: there, names: ['runs'] }, { signal })).toEqual({
      removed: 3,
    })
    expect(await readdir(there)).toEqual(['log'])
  })

  test('folders say how much is in them, through links too, up to a thousand', async () => {
    await mkdir(join(there, 'empty'))
    await mkdir(join(there, 'runs'))
    for (const name of ['a', 'b', 'c']) await writeFile(join(there, 'runs', name), '')
    await symlink('runs', join(there, 'latest'))
    await mkdir(join(there, 'many'))
    for (let n = 0; n < 1_001; n++) await symlink('x', join(there, 'many', String(n)))
    const names = ['latest', 'empty', 'many', 'gone', 'runs']
    expect(await lab.files.count({ labId, folder: there, names }, { signal })).toEqual({
      counts: [
        { items: 3, isWhole: true },
        { items: 0, isWhole: true },
        { items: 1_000, isWhole: false },
        null,
        { items: 3, isWhole: true },
      ],
    })
  })

  test('of 10,000 entries the first 2,000 are shown, and typing finds the rest', async () => {
    await Promise.all(Array.from({ length: 10_000 }, (_, n) => writeFile(join(there, `step-${n}.pt`), '')))
    const startedMs = performance.now()
    const { entries, total, matching } = await list()
    // it takes a fifth of a second here; a stall would be one round trip for each name
    expect(performance.now() - startedMs).toBeLessThan(10_000)
    expect({ total, matching, shown: entries.length }).toEqual({
      total: 10_000,
      matching: 10_000,
      shown: 2000,
    })
    expect(entries.slice(0, 3).map(({ name }) => name)).toEqual(['step-0.pt', 'step-1.pt', 'step-2.pt'])
    const narrowed = await list(there, 'step-999', false)
    expect(narrowed.entries.map(({ name }) => name)).toHaveLength(11)
  })

  test('home is where it begins, and what does not exist is told', async () => {
    const home = await list('~')
    expect(home.path).toBe(home.home)
    expect(home.freeBytes).toBeGreaterThan(0)
    await expect(list(join(there, 'nothing'))).rejects.toMatchObject({
      code: 'file-not-found',
      params: { path: join(there, 'nothing') },
    })
  })

  test('a small file can be looked at', async () => {
    await writeFile(join(there, 'train.log'), 'step 1\n步骤 2\n')
    await writeFile(join(there, 'weights'), Buffer.from([0, 1, 2]))
    await makeFile(join(there, 'large'), 6 * megabyte)
    const look = async (name: string) => await lab.files.look({ labId, folder: there, name }, { signal })
    expect(await look('train.log')).toEqual({ kind: 'text', text: 'step 1\n步骤 2\n', isCut: false })
    expect(await look('weights')).toEqual({ kind: 'binary' })
    expect(await look('large')).toEqual({ kind: 'large' })
  })

  test('a pause keeps the part, going on ends it, and a stop takes it away', async () => {
    const path = join(here, 'data.bin')
    const sum = await makeFile(path, 24 * megabyte)
    const start = async (): Promise<string> => {
      way.holdAfter(16 * megabyte)
      await lab.files.upload({ labId, folder: there, paths: [path], choices: [] }, { signal })
      const [one] = await lab.transfersWhere((all) => (all[0]?.doneBytes ?? 0) > 0)
      return one?.id ?? ''
    }
    const transferId = await start()
    lab.files.pause({ transferId })
    await lab.transfersWhere(([one]) => one?.state === 'paused')
    way.letGo()
    expect((await readdir(there)).join()).toMatch(/^data\.bin\.[0-9a-f]{8}\.part$/)
    lab.files.goOn({ transferId })
    await ended()
    expect(await sha256(join(there, 'data.bin'))).toBe(sum)
    lab.files.clear()
    await rm(join(there, 'data.bin'))
    lab.files.stop({ transferId: await start() })
    await lab.transfersWhere((all) => all.length === 0)
    way.letGo()
    await expect.poll(() => readdir(there), { timeout: 20_000 }).toEqual([])
  })

  test('a full disk is told with what was kept, and the copy goes on once there is room', async () => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=32m', 'none', there])
    try {
      await writeFile(join(there, 'filler'), Buffer.alloc(16 * megabyte))
      const path = join(here, 'data.bin')
      const sum = await makeFile(path, 24 * megabyte)
      await lab.files.upload({ labId, folder: there, paths: [path], choices: [] }, { signal })
      const [full] = await lab.transfersWhere(([one]) => one?.state === 'failed')
      expect(full?.failure).toMatchObject({ code: 'disk-is-full', params: { lab: 'lab-a100' } })
      const { keptBytes = 0 } = (full?.failure?.params ?? {}) as { keptBytes?: number }
      expect(keptBytes).toBeGreaterThan(10 * megabyte)
      const [part = ''] = (await readdir(there)).filter((name) => name.endsWith('.part'))
      expect((await stat(join(there, part))).size).toBe(keptBytes)
      await rm(join(there, 'filler'))
      lab.files.goOn({ transferId: full?.id ?? '' })
      await ended()
      expect(await sha256(join(there, 'data.bin'))).toBe(sum)
    } finally {
      execFileSync('umount', [there])
    }
  })

  test('who may not read a folder is told, with its owner', async () => {
    await using other = await accountLab()
    const secret = join(other.home, 'user3')
    await mkdir(secret)
    await chmod(secret, 0o700)
    await expect(
      other.lab.files.list({ labId, path: secret, match: '', again: true }, { signal }),
    ).rejects.toMatchObject({
      code: 'file-read-denied',
      params: { path: secret, user: 'tester', owner: 'root' },
    })
    await expect(
      other.lab.files.makeFolder({ labId, folder: secret, name: 'x' }, { signal }),
    ).rejects.toMatchObject({ code: expect.stringMatching(/^file-(read|write)-denied$/) })
  })

  test('a machine without sftp says so', async () => {
    const bare = await startLocalSshd()
    const without = await LabOfSshd.open(bare, { downloadsFolder: downloads })
    try {
      await expect(
        without.files.list({ labId, path: '~', match: '', again: true }, { signal }),
      ).rejects.toMatchObject({ code: 'sftp-refused' })
    } finally {
      await without[Symbol.asyncDispose]()
      await bare.close()
    }
  })

  async function accountLab() {
    const own = await startLocalSshd({ config: sftp, account: { shell: '/bin/sh' } })
    const its = await LabOfSshd.open(own, { downloadsFolder: downloads })
    return {
      lab: its,
      home: join(own.folder, 'account'),
      async [Symbol.asyncDispose]() {
        await its[Symbol.asyncDispose]()
        await own.close()
      },
    }
  }
})

/** Noise of that length; answers its SHA-256. */
async function makeFile(path: string, bytes: number): Promise<string> {
  const sum = createHash('sha256')
  await using file = await open(path, 'w')
  const noise = randomBytes(megabyte)
  for (let at = 0; at < bytes; at += noise.length) {
    // each megabyte is another one
    noise.writeUInt32LE(at / megabyte)
    sum.update(noise)
    await file.write(noise)
  }
  return sum.digest('hex')
}

async function sha256(path: string): Promise<string> {
  const sum = createHash('sha256')
  await pipeline(createReadStream(path), sum)
  return sum.digest('hex')
}

/** Every file below a folder, with what it holds. */
async function contents(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const texts: Record<string, string> = {}
  for (const path of files) texts[path.slice(folder.length)] = await readFile(path, 'utf8')
  return texts
}
