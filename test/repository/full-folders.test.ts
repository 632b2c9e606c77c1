import { glob } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { expect, it } from 'vitest'

const repository = resolve(import.meta.dirname, '../..')

/** In a folder with more files nobody finds anything. */
const maxFiles = 20

/** A list of words for each subject, the same in both languages: nobody looks for a file there by what it does. */
const wordLists = ['renderer/src/locales/en', 'renderer/src/locales/zh-CN']

it.each(['build', 'electron', 'relay-core/src', 'renderer', 'test'])(
  `%s has no folder of more than ${maxFiles} files`,
  async (root) => {
    const counts = new Map<string, number>()
    const sources = glob(`${root}/**/*.{ts,vue}`, {
      cwd: repository,
      exclude: ['**/node_modules', '**/dist', 'build/out'],
    })
    for await (const file of sources) {
      const folder = dirname(file)
      counts.set(folder, (counts.get(folder) ?? 0) + 1)
    }
    expect(counts.size).toBeGreaterThan(1)
    const full = [...counts].filter(([folder, count]) => count > maxFiles && !wordLists.includes(folder))
    expect(full).toEqual([])
  },
)
