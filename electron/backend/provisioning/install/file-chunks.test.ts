import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { fileChunks } from './file-chunks.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nps-chunks-'))
})
afterEach(() => rm(folder, { recursive: true }))

it('goes on in the file, and at the byte, where an earlier try has stopped', async () => {
  const paths = ['first', 'second', 'third'].map((name) => join(folder, name))
  for (const [index, path] of paths.entries()) await writeFile(path, `${index}abc`)
  const rest = async (start: number) => {
    const chunks: Buffer[] = []
    for await (const chunk of fileChunks(paths, { start })) chunks.push(chunk)
    return Buffer.concat(chunks).toString()
  }
  const whole = '0abc1abc2abc'
  for (let start = 0; start <= whole.length; start += 1) expect(await rest(start)).toBe(whole.slice(start))
})
