import { desktopContract } from '@nps-desktop/electron/contract'
import type { Failure, FileEntry, Transfer } from '@nps-desktop/electron/contract'
import { ORPCError, implement } from '@orpc/server'
import { Changes } from '../worlds/world-changes.ts'
import { hourMs, minuteMs } from '../worlds/world.ts'
import type { World } from '../worlds/world.ts'

const os = implement(desktopContract)
const home = '/home/goudan'
const runs = `${home}/project-x/runs/llama-ft`
/** It is read once, and then the way to the lab box is away. */
const lostAfterFirst = '/data'

/** Answers `files` from a world: a few folders, and the transfers that it has. */
export function filesRouter(world: World) {
  const changed = new Changes()
  const nothing = async (): Promise<Record<string, never>> => ({})
  let files = folders()
  let reads = 0
  const find = (path: string): FileEntry[] => {
    if (path === '/data/user3') {
      failed({
        code: 'file-read-denied',
        params: { path, user: 'goudan', owner: 'user3' },
        message: `goudan may not read ${path}.`,
        fixes: [],
      })
    }
    return files[path] ?? failed({ code: 'file-not-found', params: { path }, message: '', fixes: [] })
  }
  const change = (folder: string, to: (entries: FileEntry[]) => FileEntry[]): void => {
    files = { ...files, [folder]: to(find(folder)) }
  }
  return {
    list: os.files.list.handler(async ({ input }) => {
      const path = input.path === '~' ? home : input.path
      if (path === lostAfterFirst && ++reads > 1) failed(lost())
      const all = find(path)
      const matching = all.filter(({ name }) => name.toLowerCase().includes(input.match.toLowerCase()))
      return {
        path,
        home,
        entries: matching.slice(0, 2000),
        total: all.length,
        matching: matching.length,
        freeBytes: 690e9,
      }
    }),
    count: os.files.count.handler(async ({ input }) => ({
      counts: input.names.map((name) =>
        name === 'samples' ? { items: 128, isWhole: true } : { items: 3, isWhole: true },
      ),
    })),
    makeFolder: os.files.makeFolder.handler(async ({ input }) => {
      change(input.folder, (all) => [folder(input.name, 0), ...all])
      return {}
    }),
    rename: os.files.rename.handler(async ({ input }) => {
      change(input.folder, (all) =>
        all.map((one) => (one.name === input.from ? { ...one, name: input.to } : one)),
      )
      return {}
    }),
    remove: os.files.remove.handler(async ({ input }) => {
      change(input.folder, (all) => all.filter(({ name }) => !input.names.includes(name)))
      return { removed: input.names.length }
    }),
    look: os.files.look.handler(async () => ({
      kind: 'text' as const,
      text: 'step 4218  loss 1.7342  lr 1.2e-5\nstep 4219  loss 1.7338  lr 1.2e-5\nstep 4220  loss 1.7331  lr 1.2e-5\n',
      isCut: false,
    })),
    upload: os.files.upload.handler(async () => ({ conflicts: [], started: 0 })),
    download: os.files.download.handler(async ({ input }) => {
      const conflicts = find(input.folder)
        .filter(({ name }) => input.names.includes(name) && !input.choices.some((one) => one.name === name))
        .map(({ name, bytes, kind, changedAtMs }) => ({
          name,
          bytes,
          isFolder: kind === 'folder',
          changedAtMs,
        }))
      return { conflicts, started: conflicts.length === 0 ? input.names.length : 0 }
    }),
    pick: os.files.pick.handler(async () => ({ paths: [] })),
    offer: os.files.offer.handler(async function* ({ input }) {
      yield { paths: input.files.map(({ name }) => `page:${name}`), wanted: [] }
    }),
    give: os.files.give.handler(async () => ({})),
    transfers: {
      watch: os.files.transfers.watch.handler(async function* ({ signal }) {
        yield world.transfers ?? []
        for await (const _ of changed.each(signal)) yield world.transfers ?? []
      }),
      pause: os.files.transfers.pause.handler(nothing),
      goOn: os.files.transfers.goOn.handler(nothing),
      stop: os.files.transfers.stop.handler(nothing),
      first: os.files.transfers.first.handler(nothing),
      clear: os.files.transfers.clear.handler(async () => {
        world.transfers = (world.transfers ?? []).filter(({ state }) => state !== 'done')
        changed.tell()
        return {}
      }),
      show: os.files.transfers.show.handler(nothing),
    },
  }
}

function lost(): Failure {
  return {
    code: 'ssh-lost',
    params: { host: 'lab-a100', reason: 'read ECONNRESET' },
    message: 'The SSH connection to lab-a100 broke off (read ECONNRESET).',
    fixes: [{ action: 'retry' }],
  }
}
function failed(failure: Failure): never {
  throw new ORPCError('FAILED', { data: { failure } })
}

function entry(name: string, bytes: number, agoMs: number, part: Partial<FileEntry> = {}): FileEntry {
  const changedAtMs = Date.now() - agoMs
  return { name, kind: 'file', link: null, bytes, changedAtMs, owner: 'goudan', isNameable: true, ...part }
}
function folder(name: string, agoMs: number): FileEntry {
  return entry(name, 4096, agoMs, { kind: 'folder' })
}

function folders(): Record<string, FileEntry[]> {
  return {
    '/': [folder('data', 90 * hourMs), folder('home', 400 * hourMs)],
    [lostAfterFirst]: [folder('user3', 90 * hourMs), entry('wing_12M.tar.zst', 640e6, 20 * hourMs)],
    [home]: [
      folder('project-x', 2 * hourMs),
      entry('data', 9, 300 * hourMs, { kind: 'link', link: { to: '/data', kind: 'folder' } }),
      entry('.bashrc', 3526, 2000 * hourMs),
      entry('caf\u{fffd}.txt', 12, 700 * hourMs, { isNameable: false }),
      entry('latest.pt', 9, 30 * hourMs, {
        kind: 'link',
        link: { to: '/scratch/latest.pt', kind: 'nothing' },
      }),
      entry('实验 结果.xlsx', 48_200, 52 * hourMs),
    ],
    [runs]: [
      folder('checkpoint-4000', 50 * minuteMs),
      folder('checkpoint-4220', 8 * minuteMs),
      folder('samples', 13 * hourMs),
      entry('config.yaml', 2140, 40 * hourMs),
      entry('events.out.tfevents.1732766521', 41.8e6, minuteMs),
      entry('eval.jsonl', 612_000, 2 * minuteMs),
      entry('loss-curve.png', 188_000, 12 * minuteMs),
      entry('train.log', 8.31e6, minuteMs),
      entry('train.py', 14_600, 41 * hourMs),
    ],
    [`${runs}/samples`]: [],
    [`${runs}/checkpoint-4220`]: Array.from({ length: 18_412 }, (_, n) =>
      entry(`shard-${String(n).padStart(5, '0')}.bin`, 4.2e6 + n, n * minuteMs),
    ),
  }
}

/** What is on its way in the world `files`. */
export function someTransfers(): Transfer[] {
  const one = (id: string, part: Partial<Transfer>): Transfer => ({
    id,
    labId: 'l1',
    direction: 'down',
    name: id,
    folder: '/home/goudan/Downloads',
    state: 'running',
    doneBytes: 0,
    totalBytes: 0,
    doneFiles: 0,
    totalFiles: 1,
    bytesPerSecond: 0,
    leftMs: null,
    failure: null,
    endedAtMs: null,
    leftOut: 0,
    renamed: 0,
    isResting: false,
    ...part,
  })
  return [
    one('checkpoint-4000', {
      doneBytes: 1.84e9,
      totalBytes: 4.98e9,
      totalFiles: 3,
      bytesPerSecond: 3.41e6,
      leftMs: 15 * minuteMs,
    }),
    one('wing_12M.tar.zst', {
      direction: 'up',
      folder: '/home/goudan/data',
      state: 'waiting',
      totalBytes: 640e6,
    }),
    one('samples.zip', {
      state: 'broken',
      doneBytes: 210e6,
      totalBytes: 327e6,
      endedAtMs: Date.now() - 30 * minuteMs,
      failure: lost(),
    }),
    one('embeddings', {
      state: 'paused',
      isResting: true,
      doneBytes: 120e6,
      totalBytes: 900e6,
      doneFiles: 40,
      totalFiles: 300,
    }),
    one('config.yaml', {
      direction: 'up',
      folder: '/home/goudan/project-x',
      state: 'done',
      doneBytes: 2140,
      totalBytes: 2140,
      doneFiles: 1,
      endedAtMs: Date.now() - 11 * minuteMs,
    }),
  ]
}
