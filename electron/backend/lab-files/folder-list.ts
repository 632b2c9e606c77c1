import { maxShownEntries, type FileEntry } from '@nps-desktop/electron/contract'
import type { NamedFound } from './sides/file-side.ts'
import type { LabSide } from './sides/lab-side.ts'
import { maxListed, readRemoteFolder } from './sides/remote-folder.ts'
import { someAtOnce } from '../some-at-once.ts'

/** Where each link leads is asked for this many; a folder with more is one of a cache. */
const maxFollowed = 500
/** Questions to one sftp channel that are on their way together: a round trip for each would take too long. */
const asksAtOnce = 32
/** Beyond that many names the order of a person's language takes too long. */
const maxCollated = 20_000
/** ssh2 reads names as UTF-8, and puts this where there is none. */
const unreadable = '\u{fffd}'

const collator = new Intl.Collator('en', { numeric: true })
const plainOrder = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** One look into a folder of a lab box: kept, so that typing narrows it without asking again. */
export interface FolderList {
  readonly path: string
  readonly home: string
  readonly entries: readonly FileEntry[]
  readonly freeBytes: number | null
}

/** Rejects as `LabSide` does. `path`: absolute, below the home folder, or with `~`. */
export async function readFolderList(lab: LabSide, path: string): Promise<FolderList> {
  const { channel } = lab
  try {
    const home = await channel.realpath('.')
    const asked = path === '~' ? home : path.startsWith('~/') ? lab.join(home, path.slice(2)) : path
    const absolute = await channel.realpath(asked.startsWith('/') ? asked : lab.join(home, asked))
    const [{ entries: found }, freeBytes] = await Promise.all([
      readRemoteFolder(channel, absolute, maxListed),
      lab.freeBytes(absolute),
    ])
    const entries = found.map(entryOf)
    await followLinks(lab, absolute, entries)
    await checkNames(lab, absolute, entries)
    const byName = entries.length > maxCollated ? plainOrder : collator.compare
    const sorted = entries.toSorted(
      (a, b) => Number(isFolder(b)) - Number(isFolder(a)) || byName(a.name, b.name),
    )
    return { path: absolute, home, entries: sorted, freeBytes }
  } catch (error) {
    throw await lab.failure('read', path, error)
  }
}

/** As many as are shown of those whose name holds `match`, in whatever case. */
export function shownOf(list: FolderList, match: string): { entries: FileEntry[]; matching: number } {
  const wanted = match.toLowerCase()
  const matching =
    wanted === '' ? list.entries : list.entries.filter(({ name }) => name.toLowerCase().includes(wanted))
  return { entries: matching.slice(0, maxShownEntries), matching: matching.length }
}

/** Also a link to one: it is opened like one. */
export function isFolder({ kind, link }: FileEntry): boolean {
  return kind === 'folder' || link?.kind === 'folder'
}

type Draft = { -readonly [Key in keyof FileEntry]: FileEntry[Key] }

function entryOf({ name, kind, bytes, changedAtMs, owner }: NamedFound): Draft {
  return { name, kind, link: null, bytes, changedAtMs, owner, isNameable: true }
}

async function followLinks(lab: LabSide, folder: string, entries: readonly Draft[]): Promise<void> {
  const links = entries.filter(({ kind }) => kind === 'link')
  await someAtOnce(links.slice(0, maxFollowed), asksAtOnce, async (entry) => {
    const path = lab.join(folder, entry.name)
    const [to, there] = await Promise.all([
      lab.channel.readlink(path).catch(() => ''),
      lab.look(path, { follow: true }).catch(() => null),
    ])
    entry.link = { to, kind: there === null ? 'nothing' : there.kind === 'link' ? 'other' : there.kind }
    if (there) entry.bytes = there.bytes
  })
}

/** A name can really hold the sign; one that cannot be said back to the lab box is not found there. */
async function checkNames(lab: LabSide, folder: string, entries: readonly Draft[]): Promise<void> {
  const doubtful = entries.filter(({ name }) => name.includes(unreadable))
  await someAtOnce(doubtful, asksAtOnce, async (entry) => {
    entry.isNameable = (await lab.look(lab.join(folder, entry.name)).catch(() => null)) !== null
  })
}
