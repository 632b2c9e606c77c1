import { mkdir } from 'node:fs/promises'
import { basename } from 'node:path'
import {
  type ChosenName,
  type FolderCount,
  type FolderView,
  type OfferedFile,
  type Overview,
  ownSshTunnel,
  type PageFilesEvent,
  type Transfer,
} from '@nps-desktop/electron/contract'
import type { Clock } from '@nps-desktop/relay-core/async'
import type { Log } from '@nps-desktop/relay-core/log'
import { AppError } from '../failures/app-error.ts'
import { newId } from '../ids.ts'
import type { LabSessions } from '../lab-sessions/lab-sessions.ts'
import type { Shell } from '../shell.ts'
import type { Storage } from '../storage/records.ts'
import { fileExists, fileNotFound } from './sides/file-failures.ts'
import type { LabSide } from './sides/lab-side.ts'
import type { LaptopSide } from './sides/laptop-side.ts'
import { LaptopWithPages } from './sides/laptop-with-pages.ts'
import { PageFiles } from './sides/page-files.ts'
import type { FileSide } from './sides/file-side.ts'
import { countFolders } from './folder-counts.ts'
import { type FolderList, readFolderList, shownOf } from './folder-list.ts'
import { KeptTransfers } from './kept-transfers.ts'
import { LabChannels } from './lab-channels.ts'
import { type Inside, lookInside } from './look-inside.ts'
import { type NameConflict, placeInFolder } from './new-transfers.ts'
import { removeTree } from './remove-tree.ts'
import { TransferRun } from './transfer.ts'
import type { OpenLab } from './remove-parts.ts'
import { Transfers } from './transfers.ts'

interface Options {
  signal: AbortSignal
}
interface InFolder {
  labId: string
  folder: string
}
interface Started {
  conflicts: NameConflict[]
  started: number
}

/** The calls of `files`. */
export class LabFiles {
  readonly #channels: LabChannels
  /** Channels of their own: a folder on a disk of the network that hangs holds up the counts, and not the person. */
  readonly #countChannels: LabChannels
  readonly #transfers: Transfers
  readonly #pages: PageFiles
  readonly #laptop: LaptopSide
  readonly #shell: Pick<Shell, 'downloadsFolder' | 'pickFiles' | 'openFolder'>
  /** By lab box: the last list. */
  readonly #lists = new Map<string, FolderList>()

  constructor(options: {
    sessions: Pick<LabSessions, 'use'>
    storage: Pick<Storage, 'transfers' | 'whenPossible'>
    /** Undefined: there is no such lab box any more. */
    nameOf: (labId: string) => string | undefined
    shell: Pick<Shell, 'downloadsFolder' | 'pickFiles' | 'openFolder'>
    laptop?: LaptopSide
    clock: Clock
    log: Log
  }) {
    const { sessions, storage, nameOf, shell, clock, log } = options
    this.#pages = new PageFiles({ clock })
    const { laptop = new LaptopWithPages(this.#pages) } = options
    this.#shell = shell
    this.#laptop = laptop
    const channels = { sessions, nameOf: (labId: string) => nameOf(labId) ?? '', clock }
    this.#channels = new LabChannels({ ...channels, asks: true })
    this.#countChannels = new LabChannels({ ...channels, asks: false })
    const openLab: OpenLab = (labId, options) => this.#channels.open(labId, options)
    const isKnown = (labId: string): boolean => nameOf(labId) !== undefined
    const kept = new KeptTransfers({ storage, clock })
    this.#transfers = new Transfers({ openLab, laptop, kept, isKnown, clock, log })
  }

  /** Transfers that are on their way are left where they are; their parts stay. */
  async close(): Promise<void> {
    await this.#transfers.close()
    this.#channels.close()
    this.#countChannels.close()
  }

  /** The network has changed: what waits for the connection tries at once. */
  retryNow(): void {
    this.#transfers.retryNow()
  }

  /** A person has signed in where nobody answered before. */
  signedIn(labId: string): void {
    this.#transfers.signedIn(labId)
  }

  /** What the last run of the app left goes on once the lab box's own SSH tunnel is ready: its address may be another machine's here. */
  seen({ labs, servers, tunnels }: Pick<Overview, 'labs' | 'servers' | 'tunnels'>): void {
    this.#transfers.forgetLabs()
    const { restingLabs } = this.#transfers
    if (restingLabs.size === 0) return
    for (const lab of labs.filter(({ id }) => restingLabs.has(id))) {
      const server = servers.find(({ id }) => id === lab.serverId)
      if (server && ownSshTunnel(lab, server, tunnels)?.ready) this.#transfers.reached(lab.id)
    }
  }

  async list(
    { labId, path, match, again }: { labId: string; path: string; match: string; again: boolean },
    { signal }: Options,
  ): Promise<FolderView> {
    const last = this.#lists.get(labId)
    let list = !again && last?.path === path ? last : undefined
    if (!list) {
      list = await this.#channels.with(labId, (lab) => readFolderList(lab, path), { signal })
      this.#lists.set(labId, list)
    }
    const { home, freeBytes, entries } = list
    return { path: list.path, home, freeBytes, total: entries.length, ...shownOf(list, match) }
  }

  async count(
    { labId, folder, names }: InFolder & { names: readonly string[] },
    { signal }: Options,
  ): Promise<{ counts: FolderCount[] }> {
    const count = (lab: LabSide): Promise<FolderCount[]> => countFolders(lab, folder, names, { signal })
    return { counts: await this.#countChannels.with(labId, count, { signal }) }
  }

  async makeFolder({ labId, folder, name }: InFolder & { name: string }, { signal }: Options): Promise<void> {
    const make = async (lab: FileSide): Promise<void> => {
      const path = lab.join(folder, name)
      if (await lab.look(path)) throw fileExists(path)
      await lab.makeFolder(path)
    }
    await this.#channels.with(labId, make, { signal })
  }

  async rename(
    { labId, folder, from, to }: InFolder & { from: string; to: string },
    { signal }: Options,
  ): Promise<void> {
    const move = async (lab: FileSide): Promise<void> => {
      const target = lab.join(folder, to)
      // OpenSSH refuses a file's name; a folder it would put in the place of an empty one
      if (await lab.look(target)) throw fileExists(target)
      await lab.move(lab.join(folder, from), target, { replace: false })
    }
    await this.#channels.with(labId, move, { signal })
  }

  async remove(
    { labId, folder, names }: InFolder & { names: readonly string[] },
    { signal }: Options,
  ): Promise<{ removed: number }> {
    // a channel of its own: it may take long
    using open = await this.#channels.open(labId, { signal, asks: true })
    let removed = 0
    for (const name of names) removed += await removeTree(open.lab, open.lab.join(folder, name), { signal })
    return { removed }
  }

  async look({ labId, folder, name }: InFolder & { name: string }, { signal }: Options): Promise<Inside> {
    return await this.#channels.with(labId, (lab) => lookInside(lab, lab.join(folder, name)), { signal })
  }

  async upload(
    {
      labId,
      folder,
      paths,
      choices,
    }: InFolder & { paths: readonly string[]; choices: readonly ChosenName[] },
    { signal }: Options,
  ): Promise<Started> {
    const sources = await Promise.all(
      paths.map(async (path) => {
        const found = await this.#laptop.look(path, { follow: true })
        if (!found) throw fileNotFound(path)
        return { path, name: basename(path), isFolder: found.kind === 'folder' }
      }),
    )
    return await this.#channels.with(
      labId,
      async (lab) => {
        const { conflicts, placed } = await placeInFolder(sources, { to: lab, folder, choices })
        if (conflicts.length > 0) return { conflicts, started: 0 }
        this.#start(placed, { labId, direction: 'up', folder, to: lab })
        return { conflicts, started: placed.length }
      },
      { signal },
    )
  }

  async *offer(
    { files, isAgain }: { files: readonly OfferedFile[]; isAgain: boolean },
    options: Options,
  ): AsyncGenerator<PageFilesEvent, void, void> {
    for await (const event of this.#pages.offer(files, options)) {
      if (isAgain && event.paths.length > 0) this.#transfers.sourcesAreBack(new Set(event.paths))
      yield event
    }
  }

  give({ read, base64 }: { read: number; base64: string | null }): void {
    this.#pages.give(read, base64 === null ? null : Buffer.from(base64, 'base64'))
  }

  async download(
    {
      labId,
      folder,
      names,
      choices,
    }: InFolder & { names: readonly string[]; choices: readonly ChosenName[] },
    { signal }: Options,
  ): Promise<Started> {
    const { downloadsFolder } = this.#shell
    await mkdir(downloadsFolder, { recursive: true })
    return await this.#channels.with(
      labId,
      async (lab) => {
        const sources = await Promise.all(
          names.map(async (name) => {
            const path = lab.join(folder, name)
            const found = await lab.look(path, { follow: true })
            if (!found) throw fileNotFound(path)
            return { path, name, isFolder: found.kind === 'folder' }
          }),
        )
        const to = this.#laptop
        const { conflicts, placed } = await placeInFolder(sources, { to, folder: downloadsFolder, choices })
        if (conflicts.length > 0) return { conflicts, started: 0 }
        this.#start(placed, { labId, direction: 'down', folder: downloadsFolder, to })
        return { conflicts, started: placed.length }
      },
      { signal },
    )
  }

  async pick({ what }: { what: 'files' | 'folder' }): Promise<{ paths: string[] }> {
    const { pickFiles } = this.#shell
    if (!pickFiles) throw new AppError('not-possible-here', 'This place has no dialog for files.', {})
    return { paths: [...(await pickFiles(what))] }
  }

  watchTransfers(signal: AbortSignal): AsyncGenerator<Transfer[], void, void> {
    return this.#transfers.feed.watch(signal)
  }

  pause({ transferId }: { transferId: string }): void {
    this.#transfers.pause(transferId)
  }

  goOn({ transferId }: { transferId: string }): void {
    this.#transfers.goOn(transferId, { asks: true })
  }

  stop({ transferId }: { transferId: string }): void {
    this.#transfers.stop(transferId)
  }

  first({ transferId }: { transferId: string }): void {
    this.#transfers.first(transferId)
  }

  clear(): void {
    this.#transfers.clear()
  }

  async show({ transferId }: { transferId: string }): Promise<void> {
    const { openFolder } = this.#shell
    if (!openFolder) throw new AppError('not-possible-here', 'This place cannot open a folder.', {})
    await openFolder(this.#transfers.folderOf(transferId))
  }

  #start(
    placed: readonly { source: string; name: string; replace: boolean }[],
    {
      labId,
      direction,
      folder,
      to,
    }: { labId: string; direction: 'up' | 'down'; folder: string; to: FileSide },
  ): void {
    this.#transfers.add(
      placed.map(({ source, name, replace }) => {
        const target = to.join(folder, name)
        return new TransferRun({ id: newId('f'), labId, direction, name, folder, source, target, replace })
      }),
    )
  }
}
