import { readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Metafile } from 'esbuild'

/** A package from npm of which code ends up in what is shipped. */
export interface ShippedPackage {
  readonly name: string
  readonly version: string
  /** An SPDX expression. */
  readonly licence: string
  /** Its licence file, word for word. */
  readonly text: string
}

/**
 * Packages whose package.json says MIT and names the author, and that ship no licence file, nor does their repository have one:
 * each was looked at.
 */
const mitWithoutText: ReadonlySet<string> = new Set(['lazy-val 1.0.5'])
const ownLicence = resolve(import.meta.dirname, '../../LICENSE')

/** The packages that esbuild put code of into the outputs. `root` is the folder that the build worked in. */
export async function packagesIn(metafile: Metafile, root: string): Promise<ShippedPackage[]> {
  const folders = new Set<string>()
  for (const { inputs } of Object.values(metafile.outputs))
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const folder = /^.*\bnode_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]
      if (folder !== undefined && bytesInOutput > 0) folders.add(folder)
    }
  return Promise.all([...folders].map((folder) => readPackage(join(root, folder))))
}

/** The packages that Vite put into the pages, by the list that it writes beside them (`build.license` of vite.config.ts). */
export async function packagesOfPages(file: string): Promise<ShippedPackage[]> {
  const listed = JSON.parse(await readFile(file, 'utf8')) as {
    name: string
    version: string
    identifier?: string
    text?: string
  }[]
  return listed.map(({ name, version, identifier, text }) => complete(name, version, identifier, text))
}

async function readPackage(folder: string): Promise<ShippedPackage> {
  const { name, version, license, licenses, author } = JSON.parse(
    await readFile(join(folder, 'package.json'), 'utf8'),
  ) as {
    name: string
    version: string
    license?: string
    licenses?: { type: string }[]
    author?: string | { name: string }
  }
  const file = (await readdir(folder)).find((entry) => /^(?:licen[cs]e|copying)/i.test(entry))
  const text =
    file !== undefined
      ? await readFile(join(folder, file), 'utf8')
      : mitWithoutText.has(`${name} ${version}`)
        ? await mitText(author)
        : undefined
  // `licenses` is how packages said it before 2014; ssh2 still does.
  return complete(name, version, license ?? licenses?.[0]?.type, text)
}

/** The text of MIT, which is that of our own licence from its second paragraph on, for another author. */
async function mitText(author: string | { name: string } | undefined): Promise<string> {
  const own = await readFile(ownLicence, 'utf8')
  const holder = typeof author === 'string' ? author : author?.name
  return `MIT License\n\nCopyright (c) ${holder ?? 'its author'}\n\n${own.slice(own.indexOf('Permission is'))}`
}

/** @throws Error for a package that does not say its licence, or ships no text of it: a person has to look at it */
function complete(
  name: string,
  version: string,
  licence: string | undefined,
  text: string | undefined,
): ShippedPackage {
  if (licence === undefined) throw new Error(`${name} ${version} does not say what its licence is.`)
  if (text === undefined) throw new Error(`${name} ${version} comes without the text of its licence.`)
  return { name, version, licence, text: text.trim() }
}
