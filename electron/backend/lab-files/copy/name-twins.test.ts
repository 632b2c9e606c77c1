import { expect, test } from 'vitest'
import { MemorySide } from '../../../testing/memory-side.ts'
import { laptopName } from '../sides/laptop-name.ts'
import { planCopy } from './copy-plan.ts'
import { TreeCopy } from './copy-tree.ts'
import { foldingOf, type NameFolding } from './name-folding.ts'
import { renameTwins } from './name-twins.ts'

const signal = new AbortController().signal
const linux = { ignoresCase: false, ignoresForm: false }
const windows = { ignoresCase: true, ignoresForm: false }
const mac = { ignoresCase: true, ignoresForm: true }
const nfc = 'caf\u{e9}'
const nfd = 'cafe\u{301}'

/** What lies in `/here/tree` of one machine, and the disk of another with the names that its system can have. */
async function renamed(
  names: readonly string[],
  folding: NameFolding,
  platform: NodeJS.Platform = 'linux',
): Promise<Record<string, string>> {
  const from = new MemorySide()
  for (const name of names) from.put(`/here/tree/${name}`, name)
  const to = new MemorySide({ folding })
  to.nameHere = (name) => laptopName(name, platform)
  const plan = await planCopy(from, '/here/tree', { signal })
  return Object.fromEntries(await renameTwins(plan, to, '/'))
}

test.each([
  ['names that all differ', ['a', 'b', 'A1'], mac, {}],
  ['letters in another case, on a disk that tells them apart', ['A', 'a'], linux, {}],
  [
    'letters in another case',
    ['README', 'Readme', 'readme'],
    windows,
    { Readme: 'Readme (2)', readme: 'readme (3)' },
  ],
  ['a free number that is taken', ['a.txt', 'A.txt', 'a (2).txt'], windows, { 'a.txt': 'a (3).txt' }],
  ['accents written in two ways, where only case is ignored', [nfc, nfd], windows, {}],
  ['accents written in two ways', [nfc, nfd], mac, { [nfc]: `${nfc} (2)` }],
  ['letters that are two in capitals', ['strasse', 'straße'], mac, { straße: 'straße (2)' }],
  ['a file and a folder', ['Data', 'data/1'], windows, { data: 'data (2)' }],
  ['in different folders', ['x/a', 'y/A'], mac, {}],
  [
    'names that mean something to JavaScript',
    ['__proto__', 'constructor', '__PROTO__'],
    windows,
    { ['__proto__']: '__proto__ (2)' },
  ],
])('%s', async (_what, names, folding, expected) => {
  expect(Object.entries(await renamed(names, folding))).toEqual(Object.entries(expected))
})

test.each([
  ['devices of Windows', ['CON', 'aux.txt', 'nul', '_nul'], { nul: '_nul (2)' }],
  ['dots and spaces at the end', ['a', 'a.', 'a ', 'a_'], { 'a ': 'a_ (2)', 'a.': 'a_ (3)' }],
  ['what Windows has no letters for', ['a:b', 'a?b', 'a\nb'], { 'a:b': 'a_b (2)', 'a?b': 'a_b (3)' }],
])('names that become one on Windows: %s', async (_what, names, expected) => {
  expect(await renamed(names, windows, 'win32')).toEqual(expected)
})

test.each([linux, windows, mac])(
  'how a disk folds names is found out, and nothing is left of it: %o',
  async (folding) => {
    const disk = new MemorySide({ folding })
    expect(await foldingOf(disk, '/')).toEqual(folding)
    expect(await disk.list('/')).toEqual([])
  },
)

test('no file of a copy takes the place of another one, also where files are replaced', async () => {
  const from = new MemorySide()
  for (const name of ['Model.pt', 'model.pt', 'Runs/1', 'runs/1']) from.put(`/lab/tree/${name}`, name)
  const to = new MemorySide({ folding: windows })
  to.put('/home/tree/MODEL.pt', 'of before')
  const copy = new TreeCopy({ source: '/lab/tree', target: '/home/tree', replace: true })
  expect(await copy.run(from, to, { signal, onProgress: () => undefined })).toBe(null)
  expect(copy.renamed).toBe(2)
  expect([...to.files].map(([path, { bytes }]) => [path, bytes.toString()]).toSorted()).toEqual([
    ['/home/tree/MODEL.pt', 'Model.pt'],
    ['/home/tree/Runs/1', 'Runs/1'],
    ['/home/tree/model (2).pt', 'model.pt'],
    ['/home/tree/runs (2)/1', 'runs/1'],
  ])
})
