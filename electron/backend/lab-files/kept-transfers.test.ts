import { expect, test } from 'vitest'
import { large, lost, transfersBed as bed } from '../../testing/transfers-bed.ts'
import { chunkBytes, windowBytes } from './copy/pump.ts'

/** Cut off at a write of the first of three, and killed there: nothing of that run is told to stop. */
async function killed(size: 'one' | 'tree') {
  const before = bed()
  const { laptop, lab, way, upload, where, clock } = before
  if (size === 'one') laptop.put('/here/a', large)
  else
    for (const name of ['1', '2', 'deep/3', 'large'])
      laptop.put(`/here/a/${name}`, name === 'large' ? large : name)
  for (const name of ['b', 'c']) laptop.put(`/here/${name}`, name)
  let writes = 0
  lab.beforeWrite = (path) => {
    if (!path.includes('.part') || !/\/(?:a|large)\./.test(path) || ++writes !== 150) return
    way.isThere = false
    throw lost()
  }
  upload('a')
  upload('b')
  const paused = upload('c')
  before.transfers.pause(paused)
  await where(([one]) => one?.state === 'broken')
  clock.advance(1_000)
  lab.beforeWrite = () => undefined
  return before
}

test('what an app that was killed had not done is there again, and goes on when its lab box is within reach', async () => {
  const { laptop, lab, storage } = await killed('one')
  const again = bed({ laptop, lab, storage })
  const positions: number[] = []
  lab.beforeWrite = (path, at) => void (path.startsWith('/lab/a.') && positions.push(at))
  const [one, ...others] = again.transfers.feed.value
  expect(one).toMatchObject({ name: 'a', state: 'paused', totalBytes: large.length })
  expect(one?.doneBytes).toBeGreaterThan(windowBytes)
  expect(others.map(({ name, state }) => [name, state])).toEqual([
    ['b', 'paused'],
    ['c', 'paused'],
  ])
  expect([...again.transfers.restingLabs]).toEqual(['l1'])
  again.transfers.reached('l1')
  // what a person had paused stays so
  await again.where((all) => all.map(({ state }) => state).join() === 'done,done,paused')
  expect(positions[0]).toBeGreaterThan(0)
  expect(lab.files.get('/lab/a')?.bytes.equals(large)).toBe(true)
  await again.transfers.close()
  expect(storage.transfers.list().map(({ name, state }) => [name, state])).toEqual([['c', 'paused']])
})

test('of a folder what had arrived before the app was killed is not copied again, nor refused as being there', async () => {
  const { laptop, lab, storage } = await killed('tree')
  const again = bed({ laptop, lab, storage })
  const written = new Set<string>()
  lab.beforeWrite = (path) => void written.add(path.replace(/\.[\da-f]+\.part$/, ''))
  again.transfers.reached('l1')
  const [done] = await again.where(([one]) => one?.state === 'done')
  expect(done).toMatchObject({ failure: null, doneFiles: 4, totalFiles: 4 })
  expect([...written].filter((path) => path.startsWith('/lab/a/'))).toEqual(['/lab/a/large'])
  expect(lab.files.get('/lab/a/large')?.bytes.equals(large)).toBe(true)
  expect(lab.text('/lab/a/deep/3')).toBe('deep/3')
})

test('a part that does not hold what the original does is not gone on with', async () => {
  const { laptop, lab, storage } = await killed('one')
  const [part] = [...lab.files.keys()].filter((path) => path.endsWith('.part'))
  // as after a power cut: the length is there, the bytes are not
  lab.files.get(part ?? '')?.write(chunkBytes, Buffer.alloc(chunkBytes, 255))
  const again = bed({ laptop, lab, storage })
  again.transfers.reached('l1')
  await again.where(([one]) => one?.state === 'done')
  expect(lab.files.get('/lab/a')?.bytes.equals(large)).toBe(true)
})

test('where the original has no hash, the lab box does not read all of its part', async () => {
  const { laptop, lab, storage } = await killed('one')
  laptop.tellsHashOf = () => false
  const asked: string[] = []
  lab.hashOf = async (path) => String(asked.push(path))
  const again = bed({ laptop, lab, storage })
  again.transfers.reached('l1')
  await again.where(([one]) => one?.state === 'done')
  expect(asked).toEqual([])
  expect(lab.files.get('/lab/a')?.bytes.equals(large)).toBe(true)
})

test('a source that is gone since, or another one, is told or copied anew, and no part is left', async () => {
  const gone = await killed('one')
  gone.laptop.files.delete('/here/a')
  const without = bed({ laptop: gone.laptop, lab: gone.lab, storage: gone.storage })
  without.transfers.reached('l1')
  const [failed] = await without.where(([one]) => one?.state === 'failed')
  expect(failed?.failure).toMatchObject({ code: 'file-not-found', params: { path: '/here/a' } })
  without.transfers.stop(failed?.id ?? '')
  await expect.poll(() => [...gone.lab.files.keys()]).toEqual(['/lab/b'])

  const changed = await killed('one')
  const other = Buffer.from(large).fill(7, 0, 100)
  changed.laptop.put('/here/a', other, 9_000)
  const anew = bed({ laptop: changed.laptop, lab: changed.lab, storage: changed.storage })
  anew.transfers.reached('l1')
  await anew.where(([one, two]) => one?.state === 'done' && two?.state === 'done')
  expect([...changed.lab.files.keys()].toSorted()).toEqual(['/lab/a', '/lab/b'])
  expect(changed.lab.files.get('/lab/a')?.bytes.equals(other)).toBe(true)
})

test('transfers of a lab box that is gone are forgotten, and an app that is closed keeps the others', async () => {
  const before = await killed('one')
  const [row] = before.storage.transfers.list()
  if (row)
    before.storage.transfers.save({
      put: [{ row: { ...row, id: 'f9', labId: 'l2' }, position: 9 }],
      gone: [],
    })
  const again = bed({ laptop: before.laptop, lab: before.lab, storage: before.storage })
  expect(again.transfers.feed.value).toHaveLength(3)
  expect(before.storage.transfers.list().map(({ id }) => id)).toEqual(['f1', 'f2', 'f3'])
  await again.transfers.close()
  expect(before.storage.transfers.list().map(({ state }) => state)).toEqual(['waiting', 'waiting', 'paused'])
})

test('what was paused and let go on again goes on after a restart too, also where it waits for its turn', async () => {
  const { laptop, lab, way, storage, transfers, upload, where } = bed()
  for (const name of ['a', 'b']) laptop.put(`/here/${name}`, name)
  way.isThere = false
  const [a, b] = [upload('a'), upload('b')]
  await where(([one]) => one?.state === 'broken')
  transfers.pause(a)
  await where((all) => all[0]?.state === 'paused' && all[1]?.state === 'broken')
  transfers.goOn(a, { asks: true })
  expect(storage.transfers.list().map(({ id, state }) => [id, state])).toEqual([
    [a, 'waiting'],
    [b, 'waiting'],
  ])
  const again = bed({ laptop, lab, storage })
  again.transfers.reached('l1')
  await again.where((all) => all.every(({ state }) => state === 'done'))
})
