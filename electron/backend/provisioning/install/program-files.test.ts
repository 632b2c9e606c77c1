import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type ProgramFolders, findProgram } from './program-files.ts'

let folder: string
let folders: ProgramFolders
const musl = { program: 'npc', platform: 'linux-musl', arch: 'amd64' } as const

const sumOf = (text: string) => createHash('sha256').update(text).digest('hex')

/** A list of all forms, of which only some lie there. */
async function lay(...present: readonly ('xz' | 'gz' | 'none')[]): Promise<void> {
  const sums = { sha256: sumOf('abc'), bytes: 3, rawSha256: 'b'.repeat(64), rawBytes: 9 }
  const files = (['none', 'gz', 'xz'] as const).map((compression) => ({
    ...musl,
    ...sums,
    compression,
    parts: [`npc.${compression}`],
  }))
  await writeFile(join(folder, 'manifest.json'), JSON.stringify({ files }))
  for (const form of present) await writeFile(join(folder, `npc.${form}`), 'abc')
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nps-programs-'))
  folders = { packed: folder, added: join(folder, 'added') }
})
afterEach(() => rm(folder, { recursive: true }))

it('the smallest form that lies there is taken, whatever the list has', async () => {
  await lay('gz', 'none')
  expect(await findProgram(folders, { ...musl, accepts: ['xz', 'gz', 'none'] })).toMatchObject({
    compression: 'gz',
  })
})

it('a program that is only listed is missing, and the failure says for which system', async () => {
  await lay('xz')
  const finding = findProgram(folders, { ...musl, accepts: ['gz', 'none'] })
  await expect(finding).rejects.toMatchObject({
    code: 'program-missing',
    params: { program: 'npc', arch: 'Linux (musl) amd64', folder: folders.added },
  })
})

it('one that a person has put into the folder for them is found there, whole and undamaged alone', async () => {
  await lay()
  await mkdir(folders.added)
  const path = join(folders.added, 'npc.gz')
  await writeFile(path, 'ab')
  const find = () => findProgram(folders, { ...musl, accepts: ['xz', 'gz', 'none'] })
  await expect(find()).rejects.toMatchObject({ code: 'program-missing' })
  await writeFile(path, 'abd')
  await expect(find()).rejects.toMatchObject({ code: 'program-missing' })
  await writeFile(path, 'abc')
  expect(await find()).toMatchObject({ compression: 'gz', paths: [path] })
})

it('one in parts is all of them in their order, and missing while one of them is', async () => {
  const parts = ['npc.start.xz', 'runtime.xz', 'npc.end.xz']
  const sums = { sha256: sumOf('ababab'), bytes: 6, rawSha256: 'b'.repeat(64), rawBytes: 9 }
  const files = [{ ...musl, ...sums, compression: 'xz', parts }]
  await writeFile(join(folder, 'manifest.json'), JSON.stringify({ files }))
  const paths = parts.map((part) => join(folder, part))
  const find = () => findProgram(folders, { ...musl, accepts: ['xz'] })
  for (const path of paths.slice(1)) await writeFile(path, 'ab')
  await expect(find()).rejects.toMatchObject({ code: 'program-missing' })
  await writeFile(join(folder, 'npc.start.xz'), 'ab')
  expect(await find()).toMatchObject({ paths })
})
