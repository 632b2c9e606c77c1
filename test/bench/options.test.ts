import { expect, it } from 'vitest'
import { parseOptions } from './options.ts'
import { rowNames } from './rows/all-rows.ts'

const wide = rowNames.filter((name) => name.startsWith('wan-'))
const near = rowNames.filter((name) => !name.startsWith('wan-'))

it.each([
  { argv: [], rows: near, rounds: 3, page: 'benchmarks.md' },
  { argv: ['--wan'], rows: wide, rounds: 3, page: 'wide-area.md' },
  { argv: ['--rounds=1'], rows: near, rounds: 1, page: 'benchmarks.md' },
  { argv: ['--quick'], rows: ['stream', 'streams', 'connections', 'latency', 'loaded'], rounds: 1 },
  { argv: ['--quick', '--wan'], rows: wide, rounds: 1 },
  { argv: ['--quick', '--rounds=2', '--rows=stream'], rows: ['stream'], rounds: 2 },
  { argv: ['--rows=memory,wan-cut'], rows: ['memory', 'wan-cut'], rounds: 3 },
  { argv: ['--pairs=ours,frp'], rows: near, rounds: 3 },
  { argv: ['--against=/another/build'], rows: near, rounds: 3 },
])('$argv measures $rows.length rows and writes $page', ({ argv, rows, rounds, page }) => {
  expect(parseOptions(argv)).toMatchObject({ rows, rounds, page, isWide: argv.includes('--wan') })
})

it('takes pairs by their names, another build and a shorter pace', () => {
  expect(parseOptions(['--pairs=ours,rathole noise', '--against=/another/build', '--quick'])).toMatchObject({
    pairs: ['ours', 'rathole noise'],
    against: '/another/build',
    pace: { visits: 10_000 },
  })
  expect(parseOptions([])).toMatchObject({ pairs: undefined, against: undefined, pace: { visits: 100_000 } })
})

it.each([
  [['--rows=stream,nonsense'], 'There is no row "nonsense". Rows: stream, '],
  [['--rounds=0'], '--rounds=0: not a number from 1 on'],
  [['--rounds=many'], '--rounds=many: not a number from 1 on'],
  [['--rounds=1.5'], '--rounds=1.5: not a number from 1 on'],
  [['--faster'], '--faster'],
])('%s is refused', (argv, reason) => {
  expect(() => parseOptions(argv)).toThrow(reason)
})
