import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'

const cache = join(resolve(import.meta.dirname, '../..'), 'node_modules/.cache/nps-desktop/compressed')
/** The dictionary of `xz -6`: larger pieces compress no better. */
const pieceBytes = 8 * 1024 * 1024

export type Compression = 'gz' | 'xz'

/** What makes one out of standard input. The zlib of Node is made for speed: its result is 3 % larger than gzip's. */
const tools: Readonly<Record<Compression, readonly [program: string, level: string, ...string[]]>> = {
  gz: ['gzip', '-6', '--no-name'],
  xz: ['xz', '-6'],
}

/**
 * Compresses piece by piece and joins the results, which gzip (RFC 1952 §2.2) and xz (file format §2) both allow.
 * A piece that was compressed before is taken from the cache, so `nps` and `npc`, which are Bun but for a few pieces, cost
 * one Bun, and the next build almost nothing. The result depends on nothing but the bytes.
 */
export async function compressed(bytes: Buffer, compression: Compression): Promise<Buffer> {
  await mkdir(cache, { recursive: true })
  const results: Buffer[] = []
  for (let at = 0; at < bytes.length; at += pieceBytes * 2) {
    // two at a time: the machines this runs on have two cores
    const pair = [at, at + pieceBytes].filter((start) => start < bytes.length)
    results.push(
      ...(await Promise.all(
        pair.map((start) => piece(bytes.subarray(start, start + pieceBytes), compression)),
      )),
    )
  }
  return Buffer.concat(results)
}

async function piece(bytes: Buffer, compression: Compression): Promise<Buffer> {
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
