import { appendFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { NatLabOptions } from './nat-lab.ts'

const folder = join(import.meta.dirname, '../../test-results')

/** Adds a line to test-results/nat-times.txt: how long it took between these two homes until the outcome. For the table of docs/adr/0039-direct-links.md. */
export async function noteTime(
  who: string,
  { first, second, ipv6 }: NatLabOptions,
  { outcome, ms }: { outcome: string; ms: number },
): Promise<void> {
  await mkdir(folder, { recursive: true })
  const pair = `${first} × ${second}${ipv6 ? ', IPv6' : ''}`
  const line = `${new Date().toISOString()} ${who}: ${pair}: ${outcome} after ${ms} ms\n`
  await appendFile(join(folder, 'nat-times.txt'), line)
}
