import { parseArgs } from 'node:util'
import { rowNames, type RowName } from './rows/all-rows.ts'
import type { Pace } from './rows/row.ts'

export interface BenchOptions {
  readonly rows: readonly RowName[]
  /** Names of pairs, or undefined for all that are present. */
  readonly pairs: readonly string[] | undefined
  readonly rounds: number
  readonly pace: Pace
  /** A folder with nps and npc of another build, or undefined. */
  readonly against: string | undefined
  /** The page of docs that is written, by a run of everything or of everything on a wide area network; undefined for any other. */
  readonly page: 'benchmarks.md' | 'wide-area.md' | undefined
  /** The rows of a wide area network instead of those of one machine. */
  readonly isWide: boolean
}

const fullPace: Pace = { measureMs: 2_000, warmUpMs: 500, visits: 100_000 }
const quickPace: Pace = { measureMs: 1_000, warmUpMs: 400, visits: 10_000 }
const quickRows: readonly RowName[] = ['stream', 'streams', 'connections', 'latency', 'loaded']
const fullRounds = 3
const widePrefix = 'wan-'

export const usage = `npm run bench -- [--quick] [--wan] [--rows=a,b] [--pairs=a,b] [--rounds=n] [--against=folder]

  (nothing)   everything, about 15 minutes, and writes docs/benchmarks.md
  --quick     one round of the rows that take seconds, under 3 minutes
  --wan       through an emulated wide area network, over an hour with all peers, and writes docs/wide-area.md
  --rows      ${rowNames.join(', ')}
  --pairs     by the names in the table, for example "ours,frp,rathole noise"
  --rounds    how often each pair is measured, in turn with the others; the table has the medians
  --against   a folder with nps-linux-amd64 and npc-linux-amd64 of another build, to compare with`

/** Throws with a sentence for the user when the command line cannot be understood. */
export function parseOptions(argv: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      quick: { type: 'boolean', default: false },
      wan: { type: 'boolean', default: false },
      rows: { type: 'string' },
      pairs: { type: 'string' },
      rounds: { type: 'string' },
      against: { type: 'string' },
    },
  })
  const { quick, against, wan: isWide } = values
  const everything = rowNames.filter((name) => name.startsWith(widePrefix) === isWide)
  const isWhole = !quick && !values.rows && !values.pairs && !against
  const rounds = Number(values.rounds ?? (quick ? 1 : fullRounds))
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new Error(`--rounds=${values.rounds}: not a number from 1 on`)
  return {
    rows: values.rows?.split(',').map(asRowName) ?? (quick && !isWide ? quickRows : everything),
    pairs: values.pairs?.split(','),
    rounds,
    pace: quick ? quickPace : fullPace,
    against,
    page: isWhole ? (isWide ? 'wide-area.md' : 'benchmarks.md') : undefined,
    isWide,
  }
}

function asRowName(name: string): RowName {
  const known = rowNames.find((one) => one === name)
  if (known === undefined) throw new Error(`There is no row "${name}". Rows: ${rowNames.join(', ')}`)
  return known
}
