import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { MemorySide } from '../../../testing/memory-side.ts'
import { LaptopSide } from '../sides/laptop-side.ts'
import { TreeCopy } from './copy-tree.ts'

/** All of them can lie in one folder of a lab box. */
const names =
  `Model.pt model.pt MODEL.PT caf\u{e9} cafe\u{301} CON aux.txt nul _nul ends. run:1 run?1 __proto__ constructor toString -rf ~ 结果.txt`
    .split(' ')
    .concat('ends ', 'a\nb', '实验 结果.txt')

test.each([false, true])(
  'whatever a disk of this computer takes for one name, each file arrives beside the others; replace: %s',
  async (replace) => {
    const folder = await mkdtemp(join(tmpdir(), 'nps-names-'))
    try {
      const lab = new MemorySide()
      for (const name of names) lab.put(`/lab/tree/${name}`, name)
      const target = join(folder, 'tree')
      const copy = new TreeCopy({ source: '/lab/tree', target, replace })
      const signal = new AbortController().signal
      expect(await copy.run(lab, new LaptopSide(), { signal, onProgress: () => undefined })).toBe(null)
      const arrived = await readdir(target)
      const texts = await Promise.all(arrived.map((name) => readFile(join(target, name), 'utf8')))
      expect(texts.toSorted()).toEqual(names.toSorted())
      expect(await readdir(folder)).toEqual(['tree'])
    } finally {
      await rm(folder, { recursive: true })
    }
  },
)
