/**
 * `npm run bench`: our programs and their peers side by side on this machine, in turn, so that what disturbs the machine
 * disturbs all. Prints a table; a run of everything also puts it into docs/benchmarks.md, or with --wan into docs/wide-area.md.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { ThisMachine } from './this-machine.ts'
import { parseOptions, usage, type BenchOptions } from './options.ts'
import type { ComparedPair } from './compared-pair.ts'
import { direct } from './pairs/direct.ts'
import { frpBare, frpDefault } from './pairs/frp.ts'
import { against, ours, oursPrivate, oursUncompressed, oursWithStockAgent } from './pairs/ours.ts'
import { ratholeNoise, ratholePlain } from './pairs/rathole.ts'
import { ssh } from './pairs/ssh.ts'
import { stock } from './pairs/stock.ts'
import { loopback, shapedMissing, shapedPlace, type Place } from './place.ts'
import { wanMissing, wanPlace } from './wan/wan-place.ts'
import { report } from './report.ts'
import { Results } from './results.ts'
import type { BenchRow } from './rows/row.ts'
import { rows } from './rows/all-rows.ts'
import { type Act, Stage } from './stage.ts'

const docs = resolve(import.meta.dirname, '../../docs')
/** Above it a page is written by hand, and stays. */
const mark = '<!-- Below this line: npm run bench -->'

const known = [
  direct,
  ours,
  oursUncompressed,
  oursPrivate,
  oursWithStockAgent,
  stock,
  frpDefault,
  frpBare,
  ratholePlain,
  ratholeNoise,
  ssh,
]

class Bench {
  readonly #options: BenchOptions
  readonly #results = new Results()
  readonly #machine = new ThisMachine()
  readonly #leftOut: string[] = []
  readonly #pairs: readonly ComparedPair[]
  #act: Act | undefined
  #isStopped = false

  constructor(options: BenchOptions) {
    this.#options = options
    const other = options.against === undefined ? [] : [against(options.against)]
    this.#pairs = [...this.#choose(known), ...other]
  }

  /** Ends the pair that is measured; `run` then puts everything away and rejects. */
  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#act?.close()
  }

  async run(): Promise<string> {
    const chosen = await this.#able(this.#options.rows.map((name): BenchRow => rows[name]))
    await this.#onStage(loopback, (stage) =>
      this.#takeTurns(
        stage,
        chosen.filter(({ isShaped, isWide }) => !isShaped && !isWide),
      ),
    )
    await this.#wide(chosen.filter(({ isWide }) => isWide))
    const shaped = chosen.filter(({ isShaped }) => isShaped)
    const reason = shapedMissing()
    if (shaped.length > 0 && reason !== undefined)
      this.#leftOut.push(`shaped link and dead link: ${reason} (they need network namespaces)`)
    else if (shaped.length > 0)
      await this.#onStage(shapedPlace(), async (stage) => {
        for (const pair of this.#pairs) await this.#measure(stage, pair, shaped, 'shaped')
      })
    this.#throwIfStopped()
    const { rounds } = this.#options
    const machine = this.#machine.describe()
    return report({ results: this.#results, pairs: this.#pairs, leftOut: this.#leftOut, rounds, machine })
  }

  async #takeTurns(stage: Stage, chosen: readonly BenchRow[]): Promise<void> {
    if (chosen.length === 0) return
    const inTurn = chosen.filter(({ isOnce }) => !isOnce)
    for (let round = 1; round <= this.#options.rounds; round += 1) {
      await this.#machine.look()
      for (const pair of this.#pairs) await this.#measure(stage, pair, inTurn, `round ${round}`)
    }
    for (const row of chosen.filter(({ isOnce }) => isOnce)) {
      for (const pair of this.#pairs) await this.#measure(stage, pair, [row], 'once')
    }
  }

  async #wide(wanted: readonly BenchRow[]): Promise<void> {
    if (wanted.length === 0) return
    const reason = wanMissing()
    if (reason === undefined) await this.#onStage(await wanPlace(), (stage) => this.#takeTurns(stage, wanted))
    else this.#leftOut.push(`wide area network: ${reason}`)
  }

  async #able(wanted: readonly BenchRow[]): Promise<BenchRow[]> {
    const able: BenchRow[] = []
    for (const row of wanted) {
      const lacking = await row.missing?.()
      if (lacking === undefined) able.push(row)
      else this.#leftOut.push(lacking)
    }
    return able
  }

  #choose(all: readonly ComparedPair[]): ComparedPair[] {
    const wanted = this.#options.pairs
    const unknown = wanted?.find((name) => !all.some((pair) => pair.name === name))
    if (unknown !== undefined)
      throw new Error(`There is no pair "${unknown}". Pairs: ${all.map(({ name }) => name).join(', ')}`)
    return all.filter((pair) => {
      if (wanted && !wanted.includes(pair.name)) return false
      const reason = pair.missing()
      if (reason !== undefined) this.#leftOut.push(`${pair.name}: ${reason}`)
      return reason === undefined
    })
  }

  async #onStage(place: Place, play: (stage: Stage) => Promise<void>): Promise<void> {
    const stage = new Stage(place)
    try {
      await play(stage)
    } finally {
      await stage.close()
    }
  }

  #throwIfStopped(): void {
    if (this.#isStopped) throw new Error('stopped')
  }

  /** A pair that fails is named in the report; the others go on. */
  async #measure(stage: Stage, pair: ComparedPair, chosen: readonly BenchRow[], when: string): Promise<void> {
    this.#throwIfStopped()
    const own = chosen.filter(({ isFor }) => isFor?.(pair) ?? !pair.isVariant)
    if (own.length === 0) return
    try {
      const act = await stage.start(pair)
      this.#act = act
      try {
        for (const row of own) {
          this.#throwIfStopped()
          const measured = await row.measure(act, this.#options.pace)
          this.#results.add(pair.name, measured)
          console.error(`${when}, ${pair.name}: ${JSON.stringify(measured, brief)}`)
        }
      } finally {
        this.#act = undefined
        await act.close()
      }
    } catch (error) {
      if (this.#isStopped) throw new Error('stopped', { cause: error })
      const message = error instanceof Error ? error.message : String(error)
      this.#leftOut.push(`${pair.name}, ${when}: ${message}`)
      console.error(`${when}, ${pair.name}: ${message}`)
    }
  }
}

function brief(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toPrecision(4)) : value
}

async function stop(bench: Bench): Promise<void> {
  console.error('stopping; this may take half a minute')
  try {
    await bench.stop()
  } catch (error) {
    console.error(error)
  }
}

function optionsOrUsage(): BenchOptions {
  try {
    return parseOptions(process.argv.slice(2))
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`, { cause: error })
  }
}

async function main(): Promise<void> {
  const startedAt = performance.now()
  const options = optionsOrUsage()
  const bench = new Bench(options)
  // A second one ends it at once, and leaves its programs and namespaces behind.
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => void stop(bench))
  const table = await bench.run()
  console.log(table)
  console.error(`${Math.round((performance.now() - startedAt) / 1000)} s`)
  if (!options.page) return
  const document = resolve(docs, options.page)
  const [byHand = ''] = (await readFile(document, 'utf8')).split(mark)
  await writeFile(document, `${byHand}${mark}\n\n${table}`)
  console.error(`written: ${document}`)
}

try {
  await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
