import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openKeyFile } from '../../../electron/backend/key-file.ts'
import { openStorage } from '../../../electron/backend/storage/storage.ts'
import { AppFiles } from '../../harness/app-files.ts'
import { CuttableWay } from '../../harness/cuttable-way.ts'
import { LabOfSshd } from '../../harness/lab-of-sshd.ts'
import { type LocalSshd, sshdPath, startLocalSshd } from '../../harness/local-sshd.ts'

const megabyte = 1024 * 1024
const bytes = 24 * megabyte
const folders = ['here', 'there', 'downloads', 'data'] as const

describe.runIf(existsSync(sshdPath))('transfers of an app that was killed', () => {
  let sshd: LocalSshd
  let way: CuttableWay
  let folder: string
  const at = (place: (typeof folders)[number], ...names: string[]): string => join(folder, place, ...names)

  beforeEach(async () => {
    sshd = await startLocalSshd({ config: ['Subsystem sftp internal-sftp'] })
    way = await CuttableWay.open(sshd)
    folder = await mkdtemp(join(tmpdir(), 'nps-restart-'))
    for (const name of folders) await mkdir(join(folder, name))
  })
  afterEach(async () => {
    await way[Symbol.asyncDispose]()
    await sshd.close()
    await rm(folder, { recursive: true })
  })

  /** Killed when more than half of the first of two has passed. */
  async function killed(direction: 'up' | 'down'): Promise<{ model: Buffer }> {
    const model = randomBytes(bytes)
    const source = direction === 'up' ? 'here' : 'there'
    await writeFile(at(source, 'model.bin'), model)
    await writeFile(at(source, 'notes.txt'), 'learning rate 1e-4')
    const { host, port } = { host: sshd.host, port: way.port }
    await using app = new AppFiles({
      sshd: { host, port, user: sshd.user, folder: sshd.folder },
      downloads: at('downloads'),
      data: at('data'),
    })
    way.holdAfter(18 * megabyte)
    const names = ['model.bin', 'notes.txt'].map((name) => (direction === 'up' ? at('here', name) : name))
    app.start({ direction, folder: at('there'), names })
    await app.where(([one]) => (one?.doneBytes ?? 0) > 8 * megabyte, 30_000)
    await app.kill()
    way.letGo()
    return { model }
  }

  /** The app as it is started again. */
  async function again() {
    const storage = openStorage({ dataFolder: at('data'), ...(await openKeyFile(at('data'))) })
    const lab = await LabOfSshd.open(sshd, { port: way.port, downloadsFolder: at('downloads'), storage })
    return {
      lab,
      async [Symbol.asyncDispose]() {
        await lab[Symbol.asyncDispose]()
        storage.close()
      },
    }
  }

  test.each(['up', 'down'] as const)(
    'are there again, and end whole: %s',
    { timeout: 90_000 },
    async (direction) => {
      const { model } = await killed(direction)
      const passed = way.bytes
      await using app = await again()
      const all = await app.lab.transfersWhere(() => true)
      expect(all.map(({ name, state }) => [name, state])).toEqual([
        ['model.bin', 'paused'],
        ['notes.txt', 'paused'],
      ])
      for (const { id } of all) app.lab.files.goOn({ transferId: id })
      await app.lab.transfersWhere((now) => now.every(({ state }) => state === 'done'))
      const target = direction === 'up' ? 'there' : 'downloads'
      expect((await readdir(at(target))).toSorted()).toEqual(['model.bin', 'notes.txt'])
      expect(sha256(await readFile(at(target, 'model.bin')))).toBe(sha256(model))
      expect(await readFile(at(target, 'notes.txt'), 'utf8')).toBe('learning rate 1e-4')
      // what was there has not travelled again
      expect(way.bytes - passed).toBeLessThan(bytes)
    },
  )

  test('a part whose bytes are not those of its original is copied anew', { timeout: 90_000 }, async () => {
    const { model } = await killed('up')
    const [part = ''] = (await readdir(at('there'))).filter((name) => name.endsWith('.part'))
    const there = await readFile(at('there', part))
    await writeFile(at('there', part), there.fill(0, megabyte, 2 * megabyte))
    await using app = await again()
    const [one] = await app.lab.transfersWhere(() => true)
    app.lab.files.goOn({ transferId: one?.id ?? '' })
    await app.lab.transfersWhere(([now]) => now?.state === 'done')
    expect(sha256(await readFile(at('there', 'model.bin')))).toBe(sha256(model))
  })
})

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}
