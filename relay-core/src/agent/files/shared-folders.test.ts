import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { SharedFolders } from './shared-folders.ts'

/** The account that owns nothing, as on every Linux. */
const nobody = 65_534
/** Windows lets only administrators make links. */
const hasLinks = process.platform !== 'win32'
let top: string

beforeAll(async () => {
  top = await realpath(await mkdtemp(join(tmpdir(), 'shared-')))
  await mkdir(join(top, 'results', 'run 1'), { recursive: true })
  await mkdir(join(top, 'results-private'))
  await writeFile(join(top, 'results', 'file'), '')
  await mkdir(join(top, 'results', '.ssh', 'deep'), { recursive: true })
  if (!hasLinks) return
  await symlink(join(top, 'results-private'), join(top, 'results', 'out'))
  await symlink(join(top, 'results'), join(top, 'link'))
  await symlink('.ssh', join(top, 'results', 'keys'))
  await symlink('run 1', join(top, 'results', '.plain'))
})
afterAll(() => rm(top, { recursive: true }))

it('finds a shared folder and what lies in it', async () => {
  const shared = new SharedFolders([join(top, 'results')])
  expect(await shared.find(join(top, 'results'))).toBe(join(top, 'results'))
  expect(await shared.find(`${join(top, 'results', 'run 1')}/`)).toBe(join(top, 'results', 'run 1'))
})

it.runIf(hasLinks)('finds what lies in a folder that was shared by a link to it', async () => {
  const shared = new SharedFolders([join(top, 'results'), join(top, 'link')])
  expect(await shared.find(join(top, 'link', 'run 1'))).toBe(join(top, 'results', 'run 1'))
})

it('shares a hidden one that was named itself, and what lies in it', async () => {
  const shared = new SharedFolders([join(top, 'results'), join(top, 'results', '.ssh')])
  expect(await shared.find(join(top, 'results', '.ssh', 'deep'))).toBe(join(top, 'results', '.ssh', 'deep'))
})

it('advises the whole path where it got a part of one, which -share would not take either', async () => {
  const advice = 'results is no whole path. Give the tunnel the whole path'
  await expect(new SharedFolders([join(top, 'results')]).find('results')).rejects.toThrow(advice)
})

it('takes the only one for an empty name', async () => {
  expect(await new SharedFolders([join(top, 'results')]).find('')).toBe(join(top, 'results'))
})

const denied = [
  ['another folder', '/'],
  ['one whose name begins alike', 'results-private'],
  ['a way up', 'results/../results-private'],
  ['a hidden one', 'results/.ssh'],
  ['one in a hidden one', 'results/.ssh/deep'],
  ['a path that is not absolute', undefined],
] as const
const deniedLinks = [
  ['a link that leads out', 'results/out'],
  ['a link to a hidden one', 'results/keys'],
  ['one behind a link to a hidden one', 'results/keys/deep'],
  ['a hidden link', 'results/.plain'],
] as const

it.each([...denied, ...(hasLinks ? deniedLinks : [])])('denies %s, with the advice', async (_what, name) => {
  const asked = name === undefined ? 'results' : join(top, name === '/' ? '..' : name)
  await expect(new SharedFolders([join(top, 'results')]).find(asked)).rejects.toMatchObject({
    code: 'target-denied',
    message: expect.stringContaining('-share='),
  })
})

it.runIf(process.platform !== 'win32')(
  'says that a folder of another account is none that npc may read',
  { timeout: 20_000 },
  async () => {
    await chmod(top, 0o755)
    const closed = join(top, 'results-private')
    // which may be entered, but not listed
    await chmod(closed, 0o111)
    expect(await findAsNobody(top, closed)).toBe('target-missing')
    await chmod(closed, 0o755)
    expect(await findAsNobody(top, closed)).toBe(closed)
  },
)

/** What a program finds that is not root's, since root may read everything: the path, or the code of the failure. */
async function findAsNobody(shared: string, folder: string): Promise<string> {
  const program = `
    import { SharedFolders } from ${JSON.stringify(new URL('shared-folders.ts', import.meta.url).href)}
    if (process.getuid() === 0) {
      process.setgroups([])
      process.setgid(${nobody})
      process.setuid(${nobody})
    }
    const found = new SharedFolders([${JSON.stringify(shared)}]).find(${JSON.stringify(folder)})
    process.stdout.write(await found.catch(({ code }) => code))`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program])
  return stdout
}

it('lists the shared folders that cannot be read, until they are there', async () => {
  const [there, later] = [join(top, 'results'), join(top, 'mounted-later')]
  const shared = new SharedFolders([there, later, join(there, 'file')])
  expect(await shared.unreadable()).toEqual([later, join(there, 'file')])
  await mkdir(later)
  expect(await shared.unreadable()).toEqual([join(there, 'file')])
})

/** A disk that does not answer cannot be had in a test without root. */
class OnSilentDisk extends SharedFolders {
  readonly asked: string[] = []

  override find(folder: string): Promise<string> {
    this.asked.push(folder)
    return folder.includes('silent') ? new Promise(() => undefined) : super.find(folder)
  }
}

it('looks at no other folder while a disk does not answer, as each look keeps a thread', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const [missing, silent] = [resolve(top, 'missing'), resolve(top, 'silent')]
  const shared = new OnSilentDisk([missing, silent, resolve(top, 'silent too')])
  const unreadable = shared.unreadable()
  await vi.waitUntil(() => shared.asked.includes(silent))
  await vi.advanceTimersByTimeAsync(5_000)
  expect(await unreadable).toEqual([missing, silent])
  expect(shared.asked).toEqual([missing, silent])
  vi.useRealTimers()
})

it('shares nothing unless told so', async () => {
  await expect(new SharedFolders([]).find('')).rejects.toMatchObject({ code: 'target-denied' })
  await expect(new SharedFolders([]).find('/')).rejects.toMatchObject({ code: 'target-denied' })
})

it.each(['nothing', 'file'])('says that %s is no folder', async (name) => {
  const asked = join(top, 'results', name)
  await expect(new SharedFolders([join(top, 'results')]).find(asked)).rejects.toMatchObject({
    code: 'target-missing',
  })
})
