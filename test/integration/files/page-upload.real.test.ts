import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CuttableWay } from '../../harness/cuttable-way.ts'
import { LabOfSshd } from '../../harness/lab-of-sshd.ts'
import { sshdPath, startLocalSshd } from '../../harness/local-sshd.ts'

const labId = 'l1'
const megabyte = 1024 * 1024
const { signal } = new AbortController()

test.runIf(existsSync(sshdPath)).each(['is given again', 'is offered again by a page that was cut off'])(
  'a file that a page gives piece by piece is held back by a line that takes nothing, fails with what is kept when the page goes, and goes on when it %s',
  async (how) => {
    await using parts = new AsyncDisposableStack()
    const there = parts.adopt(await mkdtemp(join(tmpdir(), 'nps-page-')), (path) =>
      rm(path, { recursive: true }),
    )
    const sshd = parts.adopt(await startLocalSshd({ config: ['Subsystem sftp internal-sftp'] }), (one) =>
      one.close(),
    )
    const way = parts.use(await CuttableWay.open(sshd))
    const lab = parts.use(await LabOfSshd.open(sshd, { port: way.port, downloadsFolder: there }))
    const content = randomBytes(40 * megabyte)
    let given = 0

    /** A page with this one file, until `stop`. */
    const page = async (stop: AbortSignal, isAgain = false): Promise<string> => {
      const mark = createHash('sha256').update(content).digest('hex')
      const files = [{ name: 'model.bin', bytes: content.length, changedAtMs: 1_700_000_000_000, mark }]
      const events = lab.files.offer({ files, isAgain }, { signal: stop })
      const { value } = await events.next()
      const serve = async (): Promise<void> => {
        for await (const { wanted } of events)
          for (const { read, at, bytes } of wanted) {
            given += bytes
            lab.files.give({ read, base64: content.subarray(at, at + bytes).toString('base64') })
          }
      }
      void serve()
      return value?.paths[0] ?? ''
    }
    const upload = async (path: string) =>
      await lab.files.upload({ labId, folder: there, paths: [path], choices: [] }, { signal })

    const first = new AbortController()
    way.holdAfter(16 * megabyte)
    await upload(await page(first.signal))
    await expect.poll(() => way.bytes, { timeout: 30_000 }).toBeGreaterThan(16 * megabyte)
    const atHold = given
    expect(atHold).toBeLessThan(28 * megabyte)
    first.abort()
    way.letGo()
    const failed = await lab.transfersWhere((all) => all.some(({ state }) => state === 'failed'))
    expect(failed[0]?.failure).toMatchObject({
      code: 'page-closed',
      params: { path: 'model.bin', keptBytes: expect.any(Number) },
    })

    if (how === 'is given again') await upload(await page(signal))
    else await page(signal, true)
    const all = await lab.transfersWhere((now) => now.some(({ state }) => state === 'done'))
    expect(all.map(({ id }) => id)).toEqual([failed[0]?.id])
    expect((await readFile(join(there, 'model.bin'))).equals(content)).toBe(true)
    // what had arrived was not asked for again
    expect(given).toBeLessThan(1.4 * content.length)
  },
  60_000,
)
