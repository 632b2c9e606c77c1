import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Manifest } from '../relay/manifest.ts'
import { carriedForm } from '../relay/program-targets.ts'
import { noticesFile } from '../notices/licence-notices.ts'
import { sevenZip } from './packing-tools.ts'

const packTimeoutMs = 10 * 60_000

/**
 * Packs the programs that the app can upload and the packages do not carry, which would double their size: for musl, Windows and macOS.
 * They are compressed already. Answers the archive, or why there is none.
 */
export async function packMorePrograms(
  programs: string,
  archive: string,
): Promise<{ archive: string } | { whyNot: string }> {
  const { files } = JSON.parse(await readFile(join(programs, 'manifest.json'), 'utf8')) as Manifest
  const carried = files
    .filter((entry) => entry.compression === carriedForm(entry) && entry.platform !== 'linux')
    .flatMap(({ parts }) => parts)
  // nps and npc of one system share a part
  const wanted = [...new Set(carried)]
  if (wanted.length === 0 || !wanted.some((file) => file.includes('darwin')))
    return { whyNot: 'the programs for other systems are not there: npm run build:relay -- --all' }
  if (!existsSync(sevenZip)) return { whyNot: `no ${sevenZip}` }
  await rm(archive, { force: true })
  await promisify(execFile)(sevenZip, ['a', '-tzip', '-mx=0', archive, ...wanted, noticesFile], {
    cwd: programs,
    timeout: packTimeoutMs,
  })
  return { archive }
}
