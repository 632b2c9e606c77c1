import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeClosedFolder } from './close-folder.ts'

let root: string
beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'nps-closed-'))))
afterEach(() => rmSync(root, { recursive: true }))

test('where modes say who may read a folder, nothing is done', async () => {
  const path = join(root, 'nps/state')
  expect(await makeClosedFolder(path, { platform: 'linux' })).toBeNull()
  expect(existsSync(path)).toBe(false)
})

// where it runs on Windows itself, the folder for temporary files lies in the profile
test.skipIf(process.platform === 'win32')(
  'on Windows a new folder outside of the profile gets an access list, and one that is there keeps its own',
  async () => {
    const calls: (readonly string[])[] = []
    const run = async (args: readonly string[]) => {
      calls.push(args)
      return null
    }
    const path = join(root, 'state')
    expect(await makeClosedFolder(path, { platform: 'win32', run })).toBeNull()
    expect(await makeClosedFolder(path, { platform: 'win32', run })).toBeNull()
    expect(calls).toEqual([
      [
        path,
        '/inheritance:r',
        '/grant:r',
        '*S-1-3-4:(OI)(CI)F',
        '*S-1-5-18:(OI)(CI)F',
        '*S-1-5-32-544:(OI)(CI)F',
        '/q',
      ],
    ])
  },
)

test.skipIf(process.platform === 'win32')('where that fails, the person is told', async () => {
  const run = async () => 'Access is denied.'
  const said = await makeClosedFolder(join(root, 'state'), { platform: 'win32', run })
  expect(said).toContain('may be readable by other users of this computer')
  expect(said).toContain('Access is denied.')
})
