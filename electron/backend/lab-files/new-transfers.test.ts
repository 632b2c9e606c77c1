import { expect, test } from 'vitest'
import { MemorySide } from '../../testing/memory-side.ts'
import { placeInFolder } from './new-transfers.ts'

const file = (name: string, folder = '/here') => ({ path: `${folder}/${name}`, name, isFolder: false })

function lab(): MemorySide {
  const side = new MemorySide()
  side.put('/lab/train.py', 'old')
  side.put('/lab/runs/1', '1')
  return side
}
const place = (sources: Parameters<typeof placeInFolder>[0], choices = {}, to = lab()) =>
  placeInFolder(sources, { to, folder: '/lab', choices })

test('what has a name of its own needs no question', async () => {
  expect(await place([file('new.py')])).toEqual({
    conflicts: [],
    placed: [{ source: '/here/new.py', name: 'new.py', replace: false }],
  })
})

test('a name that is taken is asked about, and each answer does as it says', async () => {
  const { conflicts } = await place([file('train.py')])
  expect(conflicts).toMatchObject([{ name: 'train.py', isFolder: false, bytes: 3 }])
  const placed = async (choice: string) => (await place([file('train.py')], { 'train.py': choice })).placed
  expect(await placed('skip')).toEqual([])
  expect(await placed('replace')).toMatchObject([{ name: 'train.py', replace: true }])
  expect(await placed('keep-both')).toMatchObject([{ name: 'train (2).py', replace: false }])
})

test('two of one name, from two folders, are a question too', async () => {
  const { conflicts } = await place([file('x'), file('x', '/there')])
  expect(conflicts).toMatchObject([{ name: 'x' }])
})

test('a file never takes the place of a folder', async () => {
  await expect(place([file('runs')], { runs: 'replace' })).rejects.toMatchObject({ code: 'file-exists' })
})
