import { expect, test } from 'vitest'
import { MemorySide } from '../../../testing/memory-side.ts'
import type { NamedFound } from '../sides/file-side.ts'
import { planCopy } from './copy-plan.ts'

const signal = new AbortController().signal
const folder: Omit<NamedFound, 'name'> = { kind: 'folder', bytes: 0, changedAtMs: 0, mode: null, owner: '' }

test('a tree without an end is not copied', async () => {
  const lab = new MemorySide()
  lab.look = () => Promise.resolve(folder)
  lab.list = () => Promise.resolve([{ ...folder, name: 'a' }])
  await expect(planCopy(lab, '/lab', { signal })).rejects.toMatchObject({ code: 'file-failed' })
})
