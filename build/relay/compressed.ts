import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'

const cache = join(resolve(import.meta.dirname, '../..'), 'node_modules/.cache/nps-desktop/compressed')
/** The dictionary of `xz -6`: larger pieces compress no better. */
const pieceBytes = 8 * 1024 * 1024

export type Compressor = 'gz' | 'xz'

/** What makes one out of standard input. The zlib of Node is made for speed: its result is 3 % larger than gzip's. */
const tools: Readonly<Record<Compressor, readonly [program: string, level: string, ...string[]]>> = {
  gz: ['gzip', '-6', '--no-name'],
  xz: ['xz', '-6'],
}

/**
 * Compresses what lies between the offsets `cuts`, in rising order; each result unpacks by itself, and so do several in a row:
 * gzip (RFC 1952 §2.2) and xz (file format §2) both allow that, and it is how each is made of pieces. A piece that was
 * compressed before is taken from the cache, so `nps` and `npc`, cut where Bun begins and ends, cost one Bun, and the
 * next build almost nothing. The results depend on nothing but the bytes and the cuts; what lies between two cuts gives the
 * same result wherever it lies.
 */
export async function compressed(
  bytes: Buffer,
  compression: Compressor,
  cuts: readonly number[] = [],
): Promise<Buffer[]> {
  await mkdir(cache, { recursive: true })
  const stretches = [...cuts, bytes.length].map((to, part) => ({ from: cuts[part - 1] ?? 0, to }))
  const bounds = [...new Set([0, ...stretches.flatMap(pieceEnds)])]
  const results: Buffer[] = bounds.slice(1).map(() => Buffer.alloc(0))
  const left = results.keys()
  const compressNext = async (): Promise<void> => {
    for (const index of left)
      results[index] = await piece(bytes.subarray(bounds[index], bounds[index + 1]), compression)
  }
  await Promise.all(Array.from({ length: availableParallelism() }, compressNext))
  return stretches.map(({ from, to }) =>
    Buffer.concat(results.slice(bounds.indexOf(from), bounds.indexOf(to))),
  )
}

function pieceEnds({ from, to }: { from: number; to: number }): number[] {
  const whole = Math.floor((to - from) / pieceBytes)
  return [...Array.from({ length: whole }, (_, index) => from + (index + 1) * pieceBytes), to]
}

async function piece(bytes: Buffer, compression: Compressor): Promise<Buffer> {
  const [program, level, ...options] = tools[compression]
  const name = `${createHash('sha256').update(bytes).digest('hex')}.${program}${level}.${compression}`
  const path = join(cache, name)
  try {
    return await readFile(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  const result = await piped(bytes, program, [level, ...options, '--stdout'])
  await writeFile(`${path}.${process.pid}`, result)
  await rename(`${path}.${process.pid}`, path)
  return result
}

function piped(bytes: Buffer, program: string, args: readonly string[]): Promise<Buffer> {
  return new Promise((resolvePiece, reject) => {
    const child = execFile(
      program,
      args,
      { encoding: 'buffer', maxBuffer: pieceBytes * 2, timeout: 300_000 },
      (error, stdout) => (error === null ? resolvePiece(stdout) : reject(error)),
    )
    child.stdin?.on('error', reject)
    child.stdin?.end(bytes)
  })
}
