import { createHash, randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import type { ProgramFile } from '../../../electron/backend/provisioning/install/program-files.ts'

/** In hex. */
export const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

/** A program that begins with `start`, with so much noise behind it that it takes a while to send, packed at `path`. */
export async function packedProgram(
  path: string,
  {
    start,
    noiseBytes = 300_000,
    ...about
  }: Pick<ProgramFile, 'program' | 'platform' | 'arch'> & {
    start: string
    noiseBytes?: number
  },
): Promise<ProgramFile> {
  const raw = Buffer.concat([Buffer.from(start), randomBytes(noiseBytes)])
  const packed = gzipSync(raw, { level: 1 })
  await writeFile(path, packed)
  return {
    ...about,
    paths: [path],
    compression: 'gz',
    sha256: sha256(packed),
    bytes: packed.length,
    rawSha256: sha256(raw),
    rawBytes: raw.length,
  }
}
