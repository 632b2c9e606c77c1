import { expect, test } from 'vitest'
import { large, lost, transfersBed as bed } from '../../testing/transfers-bed.ts'
import { windowBytes } from './copy/pump.ts'
import { fileDenied, fileFailed, pageClosed } from './sides/file-failures.ts'

test('uploads go one after the other, in their order', async () => {
  const { laptop, lab, upload, ended } = bed()
  const written: string[] = []
  lab.beforeWrite = (path) => void written.push(path.replace(/\..*/, ''))
  for (const name of ['a', 'b', 'c']) {
    laptop.put(`/here/${name}`, name)
    upload(name)
  }
  await ended()
  expect(written).toEqual(['/lab/a', '/lab/b', '/lab/c'])
})

test('one that is cut off keeps its turn, and goes on with its part once the lab box is back', async () => {
  const { clock, laptop, lab, way, upload, where, ended } = bed()
  laptop.put('/here/model', large)
  laptop.put('/here/next', 'next')
  const positions: number[] = []
  lab.beforeWrite = (path, at) => {
    if (!path.startsWith('/lab/model')) return
    positions.push(at)
    if (way.isThere && positions.length === 150) {
      way.isThere = false
      throw lost()
    }
  }
  upload('model')
  upload('next')
  const [broken, waiting] = await where(([one]) => one?.state === 'broken')
  expect(broken?.failure?.code).toBe('ssh-lost')
  expect(waiting?.state).toBe('waiting')
  positions.length = 0
  const { opened } = way
  clock.advance(1000)
  await where(([one]) => one?.state === 'broken' && way.opened > opened)
  way.isThere = true
  clock.advance(15_000)
  await ended()
  expect(lab.files.get('/lab/model')?.bytes.equals(large)).toBe(true)
  expect([...lab.files.keys()].toSorted()).toEqual(['/lab/model', '/lab/next'])
  // its last window is written again, what came before is not
  expect(positions[0]).toBeGreaterThan(0)
})

test('a part of an original that has changed since is not gone on with', async () => {
  const { clock, laptop, lab, way, upload, where, ended } = bed()
  laptop.put('/here/model', large)
  let writes = 0
  lab.beforeWrite = () => {
    if (++writes !== 150) return
    way.isThere = false
    throw lost()
  }
  upload('model')
  await where(([one]) => one?.state === 'broken')
  const other = Buffer.from(large).fill(7, 0, 100)
  laptop.put('/here/model', other, 9_000)
  way.isThere = true
  clock.advance(15_000)
  await ended()
  expect(lab.files.get('/lab/model')?.bytes.equals(other)).toBe(true)
})

test('what is refused fails and lets the next one go on; a name that is taken stays as it is', async () => {
  const { laptop, lab, upload, where } = bed()
  for (const name of ['secret', 'taken', 'good']) laptop.put(`/here/${name}`, name)
  lab.put('/lab/taken', 'old')
  lab.beforeWrite = (path) => {
    if (path.startsWith('/lab/secret')) throw fileDenied('write', { path, user: 'a', owner: 'root' })
  }
  for (const name of ['secret', 'taken', 'good']) upload(name)
  const all = await where((now) => now.at(-1)?.state === 'done')
  expect(all.map(({ state, failure }) => [state, failure?.code])).toEqual([
    ['failed', 'file-write-denied'],
    ['failed', 'file-exists'],
    ['done', undefined],
  ])
  expect(lab.text('/lab/taken')).toBe('old')
})

test('of a folder the files that can be copied are, and going on tries the others only', async () => {
  const { laptop, lab, transfers, upload, where, ended } = bed()
  for (const name of ['a', 'b', 'c/d']) laptop.put(`/here/runs/${name}`, name)
  let isRefused = true
  const written: string[] = []
  lab.beforeWrite = (path) => {
    written.push(path)
    if (isRefused && path.startsWith('/lab/runs/b')) throw fileDenied('write', { path, user: 'a', owner: '' })
  }
  const id = upload('runs')
  const [failed] = await where(([one]) => one?.state === 'failed')
  expect(failed).toMatchObject({ doneFiles: 2, totalFiles: 3 })
  isRefused = false
  written.length = 0
  transfers.goOn(id, { asks: true })
  await ended()
  expect(written).toHaveLength(1)
  expect(['a', 'b', 'c/d'].map((name) => lab.text(`/lab/runs/${name}`))).toEqual(['a', 'b', 'c/d'])
})

test('of those that have ended 100 are listed, and one that failed is not lost for those that are done', async () => {
  const { laptop, lab, upload, where } = bed()
  lab.beforeWrite = (path) => {
    if (path.startsWith('/lab/secret')) throw fileDenied('write', { path, user: 'a', owner: '' })
  }
  for (const name of ['secret', ...Array.from({ length: 101 }, (_, n) => `${n}`)]) {
    laptop.put(`/here/${name}`, name)
    upload(name)
  }
  const all = await where((now) => now.at(-1)?.state === 'done')
  expect(all.map(({ name }) => name).slice(0, 2)).toEqual(['secret', '2'])
  expect(all).toHaveLength(100)
})

test('the next one is whichever a person says', async () => {
  const { laptop, lab, way, transfers, upload, where, ended, clock } = bed()
  way.isThere = false
  const written: string[] = []
  lab.beforeWrite = (path) => void written.push(path.charAt(5))
  for (const name of ['a', 'b', 'c']) laptop.put(`/here/${name}`, name)
  upload('a')
  upload('b')
  const last = upload('c')
  await where((all) => all.some(({ state }) => state === 'broken'))
  transfers.first(last)
  way.isThere = true
  clock.advance(1000)
  await ended()
  expect(written).toEqual(['a', 'c', 'b'])
})

test('a lab box that is removed takes its transfers with it, from the list and from the disk', async () => {
  const { laptop, lab, labs, storage, transfers, upload, where } = bed()
  for (const name of ['model', 'next', 'last']) laptop.put(`/here/${name}`, large)
  const begun = Promise.withResolvers<void>()
  lab.beforeWrite = () => begun.resolve()
  upload('model')
  upload('next')
  upload('last')
  await begun.promise
  labs.delete('l1')
  let writes = 0
  const { save } = storage.transfers
  storage.transfers.save = (rows) => {
    writes++
    save(rows)
  }
  transfers.forgetLabs()
  // a queue of thousands is not written once for each
  expect(writes).toBe(1)
  await where((all) => all.length === 0)
  await transfers.close()
  expect(storage.transfers.list()).toEqual([])
})

test('what is chosen again goes on with its row and its part, as it is now and as it was asked for now', async () => {
  const { laptop, lab, transfers, upload, where, ended } = bed()
  laptop.put('/here/model', large)
  const positions: number[] = []
  let isGone = true
  lab.beforeWrite = (_path, at) => {
    positions.push(at)
    if (isGone && positions.length === 150) throw pageClosed('model')
  }
  const id = upload('model')
  await where(([one]) => one?.state === 'failed')
  isGone = false
  positions.length = 0
  lab.put('/lab/model', 'another one, which may be replaced')
  upload('model', true)
  upload('model', true)
  await ended()
  expect(transfers.feed.value.map((one) => one.id)).toEqual([id])
  expect(positions[0]).toBeGreaterThan(0)
  expect(lab.files.get('/lab/model')?.bytes.equals(large)).toBe(true)

  // one that has arrived is over: this is another copy
  laptop.put('/here/model', 'new')
  upload('model', true)
  await where((all) => all.length === 2 && all.every(({ state }) => state === 'done'))
  expect(lab.text('/lab/model')).toBe('new')
})

test.each([
  { writes: 150, isKept: true },
  { writes: 50, isKept: false },
])(
  'a page that goes after $writes pieces leaves something that is gone on with: $isKept',
  async ({ writes, isKept }) => {
    const { laptop, lab, upload, where } = bed()
    laptop.put('/here/model', large)
    let count = 0
    lab.beforeWrite = () => {
      if (++count === writes) throw pageClosed('model')
    }
    upload('model')
    const [failed] = await where(([one]) => one?.state === 'failed')
    expect(failed?.failure).toMatchObject({ code: 'page-closed', params: { path: 'model' } })
    const { keptBytes } = (failed?.failure?.params ?? {}) as { keptBytes?: number }
    expect(keptBytes !== undefined && keptBytes > windowBytes).toBe(isKept)
    expect(keptBytes === undefined).toBe(!isKept)
  },
)

test('what ended as its page was away goes on once the page is back, and nothing else does', async () => {
  const { laptop, lab, transfers, upload, where, ended } = bed()
  for (const name of ['a', 'b', 'c']) laptop.put(`/here/${name}`, name)
  let isAway = true
  lab.beforeWrite = (path) => {
    if (isAway) throw path.startsWith('/lab/c') ? fileFailed(path, 'odd') : pageClosed(path)
  }
  const ids = ['a', 'b', 'c'].map((name) => upload(name))
  await where((all) => all.every(({ state }) => state === 'failed'))
  isAway = false
  transfers.sourcesAreBack(new Set(['/here/b', '/here/c']))
  const all = await where((now) => now.some(({ state }) => state === 'done'))
  expect(all.map(({ state }) => state)).toEqual(['failed', 'done', 'failed'])
  for (const id of ids) transfers.goOn(id, { asks: true })
  await ended()
})

test('a folder that is dropped again after some of it failed brings what is in it now', async () => {
  const { laptop, lab, upload, where, ended } = bed()
  for (const name of ['a', 'b']) laptop.put(`/here/runs/${name}`, name)
  const written: string[] = []
  let isRefused = true
  lab.beforeWrite = (path) => {
    written.push(path.replace(/\.[\da-f]+\.part$/, ''))
    if (isRefused && path.startsWith('/lab/runs/b')) throw fileDenied('write', { path, user: 'a', owner: '' })
  }
  upload('runs')
  await where(([one]) => one?.state === 'failed')
  isRefused = false
  written.length = 0
  laptop.put('/here/runs/c', 'c')
  upload('runs')
  await ended()
  expect(written.toSorted()).toEqual(['/lab/runs/b', '/lab/runs/c'])
})
