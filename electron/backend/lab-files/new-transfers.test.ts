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
const place = (
  sources: Parameters<typeof placeInFolder>[0],
  choices: Parameters<typeof placeInFolder>[1]['choices'] = [],
  to = lab(),
) => placeInFolder(sources, { to, folder: '/lab', choices })

test('what has a name of its own needs no question', async () => {
  expect(await place([file('new.py')])).toEqual({
    conflicts: [],
    placed: [{ source: '/here/new.py', name: 'new.py', replace: false }],
  })
})

test('a name that is taken is asked about, and each answer does as it says', async () => {
  const { conflicts } = await place([file('train.py')])
  expect(conflicts).toMatchObject([{ name: 'train.py', isFolder: false, bytes: 3 }])
  const placed = async (choice: 'skip' | 'replace' | 'keep-both') =>
    (await place([file('train.py')], [{ name: 'train.py', choice }])).placed
  expect(await placed('skip')).toEqual([])
  expect(await placed('replace')).toMatchObject([{ name: 'train.py', replace: true }])
  expect(await placed('keep-both')).toMatchObject([{ name: 'train (2).py', replace: false }])
})

test('two of one name, from two folders, are a question too', async () => {
  const { conflicts } = await place([file('x'), file('x', '/there')])
  expect(conflicts).toMatchObject([{ name: 'x' }])
})

test('a file never takes the place of a folder', async () => {
  await expect(place([file('runs')], [{ name: 'runs', choice: 'replace' }])).rejects.toMatchObject({
    code: 'file-exists',
  })
})

test('names that a disk takes for one are a question too, and keeping both numbers the second', async () => {
  const disk = new MemorySide({ folding: { ignoresCase: true, ignoresForm: false } })
  disk.put('/lab/other', 'x')
  const twins = [file('Model.pt'), file('model.pt')]
  expect((await place(twins, [], disk)).conflicts).toMatchObject([{ name: 'model.pt', changedAtMs: 0 }])
  const { placed } = await place(twins, [{ name: 'model.pt', choice: 'keep-both' }], disk)
  expect(placed.map(({ name }) => name)).toEqual(['Model.pt', 'model (2).pt'])
  expect(await disk.list('/lab')).toHaveLength(1)
  // a disk that tells them apart needs no question
  expect((await place(twins)).conflicts).toEqual([])
})

test('names that mean something to JavaScript are names like any other', async () => {
  const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty']
  const to = lab()
  for (const name of names) to.put(`/lab/${name}`, 'old')
  const sources = names.map((name) => file(name))
  expect((await place(sources, [], to)).conflicts.map(({ name }) => name)).toEqual(names)
  const { placed } = await place(
    sources,
    names.map((name) => ({ name, choice: 'replace' })),
    to,
  )
  expect(placed.map(({ name, replace }) => [name, replace])).toEqual(names.map((name) => [name, true]))
})
