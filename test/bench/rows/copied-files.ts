import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { AppFiles, type AppFilesCopy } from '../../harness/app-files.ts'
import { sftpServer, sshMissing } from '../lab/lab-programs.ts'
import { quantile } from '../quantile.ts'
import type { Act } from '../stage.ts'
import type { BenchRow } from './row.ts'
import { ofWideArea, shape } from './wide-area.ts'

const run = promisify(execFile)
const timeoutMs = 180_000
/** Each way is measured this often, in turn with its peer. */
const rounds = 3
const perFolder = 100

interface Sizes {
  readonly fileBytes: number
  readonly files: number
}
/** Seconds. */
interface Times {
  readonly app: number
  readonly peer: number
}
type Copies = Record<'fileUp' | 'fileDown' | 'treeUp' | 'treeDown', Times>
const folders = ['here', 'there', 'downloads', 'data'] as const

/** Why the files of a lab box cannot be copied here, or undefined. */
function missing(): string | undefined {
  if (!existsSync(sftpServer)) return `files: ${sftpServer} is not there`
  if (!existsSync('/usr/bin/rsync')) return 'files: no rsync'
  return sshMissing()
}

/** Our pair alone: the way is the same for all, what copies over it is not. */
const isFor: BenchRow['isFor'] = ({ name }) => name === 'ours'

/** Per second: of the file pieces of `unitBytes`, of the tree files. */
async function copyRates(act: Act, sizes: Sizes, unitBytes: number) {
  const { fileUp, fileDown, treeUp, treeDown } = await copies(act, sizes)
  const rate = (seconds: number) => sizes.fileBytes / unitBytes / seconds
  return {
    filesUp: rate(fileUp.app),
    scpUp: rate(fileUp.peer),
    filesDown: rate(fileDown.app),
    scpDown: rate(fileDown.peer),
    treeUp: sizes.files / treeUp.app,
    rsyncUp: sizes.files / treeUp.peer,
    treeDown: sizes.files / treeDown.app,
    rsyncDown: sizes.files / treeDown.peer,
  }
}

const [megabyte, megabit] = [1e6, 1e6 / 8]

/** What a person waits for who copies by the app, and by scp and rsync over the same tunnel to the same sshd. */
export const files: BenchRow = {
  isFor,
  missing: () => Promise.resolve(missing()),
  measure: (act) => copyRates(act, { fileBytes: 256e6, files: 2_000 }, megabyte),
}

export const wanFiles: BenchRow = {
  isWide: true,
  isFor,
  missing: () => Promise.resolve(missing()),
  measure: async (act) => {
    await shape(act.stage.place, 100)
    return ofWideArea(await copyRates(act, { fileBytes: 24e6, files: 500 }, megabit))
  },
}

async function copies(act: Act, { fileBytes, files: count }: Sizes): Promise<Copies> {
  const { place } = act.stage
  const { host, port } = act.at('ssh')
  const { folder: keys, user, options } = await (await act.stage.labPrograms()).sshOptions()
  const folder = await mkdtemp(join(tmpdir(), 'nps-bench-files-'))
  const [here, there, downloads, data] = folders.map((name) => join(folder, name)) as [
    string,
    string,
    string,
    string,
  ]
  try {
    for (const one of [here, there, downloads, data]) await mkdir(one)
    await makeFiles(here, fileBytes, count)
    await using app = new AppFiles(
      { sshd: { host, port, user, folder: keys }, downloads, data },
      place.visitor,
    )
    let done = 0
    const byApp = async (copy: AppFilesCopy): Promise<void> => {
      done++
      app.start(copy)
      await app.where((all) => all.filter(({ state }) => state === 'done').length >= done, timeoutMs)
    }
    const byPeer = async (program: 'scp' | 'rsync', from: string, to: string): Promise<void> => {
      const login =
        program === 'scp'
          ? ['-q', '-P', String(port), ...options]
          : ['-a', '-e', ['ssh', '-p', String(port), ...options].join(' ')]
      const command = place.visitor({ program, args: [...login, from, to] })
      await run(command.program, command.args, { timeout: timeoutMs })
    }
    const timed = async (work: Promise<void>, leaves: string): Promise<number> => {
      const beganMs = performance.now()
      await work
      const seconds = (performance.now() - beganMs) / 1_000
      await rm(leaves, { recursive: true })
      return seconds
    }
    const lab = `${user}@${host}`
    const compared = async (
      name: 'file' | 'tree',
      peer: 'scp' | 'rsync',
    ): Promise<{ up: Times; down: Times }> => {
      const times = {
        upApp: [] as number[],
        upPeer: [] as number[],
        downApp: [] as number[],
        downPeer: [] as number[],
      }
      const [mine, its, fetched] = [join(here, name), join(there, name), join(downloads, name)]
      for (let round = 0; round < rounds; round += 1) {
        times.upApp.push(await timed(byApp({ direction: 'up', folder: there, names: [mine] }), its))
        times.upPeer.push(await timed(byPeer(peer, mine, `${lab}:${there}/`), its))
        await cp(mine, its, { recursive: true })
        times.downApp.push(await timed(byApp({ direction: 'down', folder: there, names: [name] }), fetched))
        times.downPeer.push(await timed(byPeer(peer, `${lab}:${its}`, `${downloads}/`), fetched))
        await rm(its, { recursive: true })
      }
      const median = (all: readonly number[]) => quantile(all, 0.5)
      return {
        up: { app: median(times.upApp), peer: median(times.upPeer) },
        down: { app: median(times.downApp), peer: median(times.downPeer) },
      }
    }
    // a person who copies has looked at the files before: the app is signed in
    await writeFile(join(here, 'first'), '')
    await byApp({ direction: 'up', folder: there, names: [join(here, 'first')] })
    const file = await compared('file', 'scp')
    const tree = await compared('tree', 'rsync')
    return { fileUp: file.up, fileDown: file.down, treeUp: tree.up, treeDown: tree.down }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** `file`, and this many small ones in `tree`. */
async function makeFiles(folder: string, fileBytes: number, count: number): Promise<void> {
  await writeFile(join(folder, 'file'), randomBytes(fileBytes))
  for (let index = 0; index < count; index += 1) {
    const part = join(folder, 'tree', String(Math.floor(index / perFolder)))
    if (index % perFolder === 0) await mkdir(part, { recursive: true })
    await writeFile(join(part, `${index}.txt`), randomBytes(4_096))
  }
}
