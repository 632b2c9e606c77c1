import { randomInt } from 'node:crypto'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { mutated, pieces } from './mutation.ts'
import { Random } from './random.ts'
import { shares, type Parser } from './shares.ts'
import { Watchdog } from './watchdog.ts'

/** All parsers together. More: `FUZZ_CASES=50000000 npx vitest run --project fuzz`. */
const allCases = Number(process.env['FUZZ_CASES'] ?? 1_000_000)
/** What a failure says is what runs it again, alone: `FUZZ_SEED=7 FUZZ_CASE=1234`. */
const seed = Number(process.env['FUZZ_SEED'] ?? randomInt(2 ** 31))
const onlyCase = process.env['FUZZ_CASE']
/** Between the first tenth of the cases and the end: a parser that keeps something of each case grows by more. */
const maxGrowthBytes = 24 * 1024 * 1024
const breathEvery = 500
const releaseTimeoutMs = 5_000

export interface Case {
  readonly bytes: Buffer
  /** The same bytes as a network may deliver them. */
  readonly parts: readonly Buffer[]
  readonly random: Random
}

export interface Fuzzed {
  /** Valid inputs, from which the others are made; each is tried cut in two at every place, too. */
  readonly samples: readonly Buffer[]
  /** Throws where the parser does anything but understand or refuse. */
  readonly check: (input: Case) => unknown
}

/** Makes a test of the parser's share of the cases. Where `check` throws it says how to run that case again. */
export function fuzz(name: Parser, fuzzed: Fuzzed): void {
  const cases = Math.ceil((allCases * shares[name]) / 1000)
  test(`${name}`, { timeout: 60_000 + cases * 5 }, async () => {
    expect(await runCases(name, cases, fuzzed)).toBe(onlyCase === undefined ? cases : 1)
  })
}

/** Answers how many there were. */
async function runCases(name: Parser, cases: number, { samples, check }: Fuzzed): Promise<number> {
  const watchdog = new Watchdog(name, seed)
  let settledBytes = 0
  try {
    for (const sample of samples) await cutEverywhere(name, sample, check)
    const [first, last] = onlyCase === undefined ? [0, cases] : [Number(onlyCase), Number(onlyCase) + 1]
    for (let number = first; number < last; number++) {
      watchdog.begin(number)
      if (number % breathEvery === 0) await new Promise((resolve) => setImmediate(resolve))
      if (number === Math.floor(cases / 10)) settledBytes = heldBytes()
      await run(name, number, samples, check)
    }
    if (onlyCase !== undefined || cases < 1000) return last - first
    const grownBytes = await grown(settledBytes)
    if (grownBytes > maxGrowthBytes) throw new Error(`${name} keeps ${grownBytes} bytes after ${cases} cases`)
    return last - first
  } finally {
    await watchdog.stop()
  }
}

/** Memory of buffers is given back by a thread of its own, some time after they were found to be garbage. */
async function grown(settledBytes: number): Promise<number> {
  const deadlineMs = performance.now() + releaseTimeoutMs
  let bytes = heldBytes() - settledBytes
  while (bytes > maxGrowthBytes && performance.now() < deadlineMs) {
    await new Promise((resolve) => setTimeout(resolve, 50))
    bytes = heldBytes() - settledBytes
  }
  return bytes
}

async function cutEverywhere(name: string, bytes: Buffer, check: Fuzzed['check']): Promise<void> {
  for (let at = 0; at <= bytes.length; at++) {
    const parts = [bytes.subarray(0, at), bytes.subarray(at)].filter((part) => part.length > 0)
    await explained(`${name}, a valid sample cut at byte ${at}`, bytes, () =>
      check({ bytes, parts, random: new Random(at) }),
    )
  }
}

function run(name: string, number: number, samples: readonly Buffer[], check: Fuzzed['check']): unknown {
  const random = new Random(Math.imul(seed, 0x9e3779b1) + number)
  const bytes = mutated(samples, random)
  return explained(`${name}, FUZZ_SEED=${seed} FUZZ_CASE=${number}`, bytes, () =>
    check({ bytes, parts: pieces(bytes, random), random }),
  )
}

/** Says with an error which case it was. */
function explained(name: string, bytes: Buffer, call: () => unknown): unknown {
  const fail = (cause: unknown) => {
    const shown = bytes.length > 400 ? `${bytes.toString('hex', 0, 400)}…` : bytes.toString('hex')
    return new Error(`${name}: ${String(cause)}\n${bytes.length} bytes: ${shown}`, { cause })
  }
  try {
    const answer = call()
    if (!(answer instanceof Promise)) return undefined
    return answer.catch((cause: unknown) => {
      throw fail(cause)
    })
  } catch (cause) {
    throw fail(cause)
  }
}

let collect: (() => void) | undefined

/** What is still held after a collection, buffers outside the heap included. */
function heldBytes(): number {
  if (!collect) {
    setFlagsFromString('--expose-gc')
    collect = runInNewContext('gc') as () => void
  }
  collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** The class of a refusal that a parser has declared; anything else is thrown on. */
type Refusal = abstract new (...args: never[]) => Error

/** What a parser makes of its input, or the name of the refusal. */
export function outcome<T>(
  refusals: readonly Refusal[],
  call: () => T,
): { value: T; refused?: undefined } | { refused: string } {
  try {
    return { value: call() }
  } catch (error) {
    if (!refusals.some((refusal) => error instanceof refusal)) throw error
    // The one RangeError that no parser means: it has followed its input too deep.
    if (error instanceof RangeError && error.message.includes('call stack')) throw error
    return { refused: (error as Error).name }
  }
}
