import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { base, nothing } from '../desktop-call.ts'
import { failure } from '../failures/failure.ts'
import { id, instantMs } from '../values.ts'

/** How many entries of one folder are shown; the rest is found by typing. */
export const maxShownEntries = 2_000
/** So far the items of a folder are counted, and in this many folders at a time. */
export const maxCountedItems = 1_000
export const maxCountedFolders = 100
/** Up to this size a file can be looked at without being downloaded. */
export const maxLookBytes = 5_000_000

/** On the lab box: absolute, with `/` between names, also where it runs Windows (`/C:/Users/…`). */
const labPath = z.string().min(1).max(4096)
/** One name in a folder. */
export const fileName = z
  .string()
  .min(1)
  .max(255)
  .refine((name) => !/[/\0]/.test(name) && name !== '.' && name !== '..', 'no name of a file')

export const fileEntry = z.object({
  name: z.string(),
  kind: z.enum(['folder', 'file', 'link', 'other']),
  /** Of a link: where it leads, as it is written there, and what is there; `nothing` for one that leads nowhere. */
  link: z.object({ to: z.string(), kind: z.enum(['folder', 'file', 'other', 'nothing']) }).nullable(),
  bytes: z.number(),
  changedAtMs: instantMs,
  owner: z.string(),
  /**
   * False: the bytes of its name are no UTF-8. It is shown with � for them, and nothing can be done with it, since the name cannot be
   * said back to the lab box.
   */
  isNameable: z.boolean(),
})
export type FileEntry = z.infer<typeof fileEntry>

export const folderView = z.object({
  path: z.string(),
  home: z.string(),
  /** Folders first; at most `maxShownEntries`. */
  entries: z.array(fileEntry),
  /** In the folder, and of those the ones whose name holds what was asked for. */
  total: z.number().int(),
  matching: z.number().int(),
  /** Null where the lab box does not tell. */
  freeBytes: z.number().nullable(),
})
export type FolderView = z.infer<typeof folderView>

/** What a folder holds; not `isWhole`: more than that. Null for one that may not be read. */
const folderCount = z.object({ items: z.number().int(), isWhole: z.boolean() }).nullable()
export type FolderCount = z.infer<typeof folderCount>

/** What becomes of a file or folder whose name is taken where it is to go. In a folder, `replace` replaces the files of the same name. */
export const nameChoice = z.enum(['replace', 'keep-both', 'skip'])
export type NameChoice = z.infer<typeof nameChoice>
/** A list and not a record: `__proto__` is a name like any other. */
const chosenName = z.object({ name: z.string(), choice: nameChoice })
export type ChosenName = z.infer<typeof chosenName>

/** What is there already: nothing has begun, and each of the names wants a choice. */
const started = z.object({
  conflicts: z.array(
    z.object({ name: z.string(), isFolder: z.boolean(), bytes: z.number(), changedAtMs: instantMs }),
  ),
  started: z.number().int(),
})
const choices = z.array(chosenName).max(maxShownEntries).default([])

export const transfer = z.object({
  id,
  labId: id,
  direction: z.enum(['up', 'down']),
  name: z.string(),
  /** The folder it goes to. */
  folder: z.string(),
  /** Uploads go one after the other, and so do downloads. `broken`: the connection is away, and it goes on by itself. */
  state: z.enum(['waiting', 'running', 'broken', 'paused', 'failed', 'done']),
  doneBytes: z.number(),
  /** Null until it is known. */
  totalBytes: z.number().nullable(),
  doneFiles: z.number().int(),
  totalFiles: z.number().int().nullable(),
  bytesPerSecond: z.number(),
  leftMs: z.number().nullable(),
  /** Why it does not go on, or why some of its files were not copied. */
  failure: failure.nullable(),
  /** When it ended or stopped. */
  endedAtMs: instantMs.nullable(),
  /** Links to folders, devices and the like, which are not copied. */
  leftOut: z.number().int(),
  /** `paused` since the app was started, and goes on by itself when the SSH tunnel of its lab box is ready. */
  isResting: z.boolean(),
  /** Those that have another name there: on that disk theirs would be the name of another one. */
  renamed: z.number().int(),
})
export type Transfer = z.infer<typeof transfer>

/** The most of a file that a page is asked for at once, and as many letters of base64. */
const maxPieceBytes = 256 * 1024
const maxPieceLetters = Math.ceil(maxPieceBytes / 3) * 4

const offeredFile = z.object({
  name: fileName,
  bytes: z.number().int().nonnegative(),
  changedAtMs: instantMs,
  /** SHA-256 of both its ends, which tells it from another one of this name, size and time. Chance, where the page cannot make one. */
  mark: z.string().regex(/^[0-9a-f]{64}$/),
})
export type OfferedFile = z.infer<typeof offeredFile>

/** Once the paths of the files, in their order, for `upload`; then what the page is to read of them. `file`: its place in the list. */
const pageFilesEvent = z.object({
  paths: z.array(z.string()),
  wanted: z.array(
    z.object({
      read: z.number().int(),
      file: z.number().int(),
      at: z.number().int(),
      bytes: z.number().int(),
    }),
  ),
})
export type PageFilesEvent = z.infer<typeof pageFilesEvent>

const inFolder = z.object({ labId: id, folder: labPath })
const transferRef = z.object({ transferId: id })

/** The files of a lab box, by sftp over its ssh session. */
export const filesContract = {
  /** `path`: absolute, below the home folder, or `~`. `match`: of the last list, those whose name holds this. */
  list: base
    .input(
      z.object({
        labId: id,
        path: labPath,
        match: z.string().max(255).default(''),
        again: z.boolean().default(true),
      }),
    )
    .output(folderView),
  /** How much is in folders of this one, in the order of `names`. */
  count: base
    .input(inFolder.extend({ names: z.array(fileName).min(1).max(maxCountedFolders) }))
    .output(z.object({ counts: z.array(folderCount) })),
  makeFolder: base.input(inFolder.extend({ name: fileName })).output(nothing),
  /** Never takes the place of anything: `file-exists`. */
  rename: base.input(inFolder.extend({ from: fileName, to: fileName })).output(nothing),
  /** With all that is in them; links are removed, not followed. */
  remove: base
    .input(inFolder.extend({ names: z.array(fileName).min(1).max(maxShownEntries) }))
    .output(z.object({ removed: z.number().int() })),
  /** What a small file holds. `isCut`: only its beginning. */
  look: base
    .input(inFolder.extend({ name: fileName }))
    .output(
      z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('text'), text: z.string(), isCut: z.boolean() }),
        z.object({ kind: z.literal('image'), type: z.string(), base64: z.string() }),
        z.object({ kind: z.literal('large') }),
        z.object({ kind: z.literal('binary') }),
      ]),
    ),
  /** `paths`: on this laptop, or as `offer` says. */
  upload: base
    .input(inFolder.extend({ paths: z.array(z.string().min(1).max(4096)).min(1).max(1000), choices }))
    .output(started),
  /**
   * Files that were given to a page in a browser; they can be uploaded for as long as the page follows what is wanted of them. `isAgain`: it
   * had lost its connection, and what has stopped for that goes on.
   */
  offer: base
    .input(z.object({ files: z.array(offeredFile).min(1).max(1000), isAgain: z.boolean().default(false) }))
    .output(eventIterator(pageFilesEvent)),
  /** A piece that was wanted; null: the page could not read it. */
  give: base
    .input(z.object({ read: z.number().int(), base64: z.base64().max(maxPieceLetters).nullable() }))
    .output(nothing),
  /** Into this laptop's folder for downloads. */
  download: base
    .input(inFolder.extend({ names: z.array(fileName).min(1).max(maxShownEntries), choices }))
    .output(started),
  /** The system's own dialog; empty when it was closed. */
  pick: base
    .input(z.object({ what: z.enum(['files', 'folder']) }))
    .output(z.object({ paths: z.array(z.string()) })),
  transfers: {
    watch: base.input(nothing).output(eventIterator(z.array(transfer))),
    pause: base.input(transferRef).output(nothing),
    /** After a pause, or once what was wrong is put right. */
    goOn: base.input(transferRef).output(nothing),
    /** Gives it up and removes its part; what has arrived stays. */
    stop: base.input(transferRef).output(nothing),
    /** It comes next. */
    first: base.input(transferRef).output(nothing),
    /** Takes those that have ended off the list. */
    clear: base.input(nothing).output(nothing),
    /** Shows the folder of a download on this laptop. */
    show: base.input(transferRef).output(nothing),
  },
}
