import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parseAmd, parseNvidia, readWatched } from './read-watched.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'nps-proc-'))
  await mkdir(join(root, 'proc'))
})
afterEach(() => rm(root, { recursive: true }))

async function process(pid: number, name: string, state: string, ticks: number): Promise<void> {
  await mkdir(join(root, `proc/${pid}`))
  const fields = [state, ...Array<string>(18).fill('0'), String(ticks), '0']
  await writeFile(join(root, `proc/${pid}/stat`), `${pid} (${name}) ${fields.join(' ')}\n`)
}

test('a process is told with its start, whatever its name; one that is over, or was never there, is not', async () => {
  await writeFile(join(root, 'proc/stat'), 'cpu 1 2 3\nbtime 1800000000\n')
  await process(42, 'a) R 1 (b', 'S', 12_345)
  await process(43, 'train.py', 'Z', 99)
  expect(await readWatched({ pids: [42, 43, 44], gpus: false }, { root })).toEqual({
    processes: [{ pid: 42, startedAtMs: 1_800_000_123_450 }],
    gpus: null,
  })
})

test('a system without /proc tells nothing', async () => {
  expect(await readWatched({ pids: [1], gpus: false }, { root })).toBeNull()
})

test('cards are told as their tools print them; one that does not tell its use is left out', () => {
  expect(parseNvidia('0, 3, 412\n1, [N/A], 12\n2, 100, 81000\n')).toEqual([
    { index: 0, usePercent: 3, usedBytes: 412 * 1024 ** 2 },
    { index: 2, usePercent: 100, usedBytes: 81_000 * 1024 ** 2 },
  ])
  expect(
    parseNvidia("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver."),
  ).toEqual([])
  const card = { 'GPU use (%)': '7', 'VRAM Total Used Memory (B)': '411041792' }
  expect(parseAmd(JSON.stringify({ card0: card, card1: { 'GPU use (%)': 'N/A' }, system: {} }))).toEqual([
    { index: 0, usePercent: 7, usedBytes: 411_041_792 },
  ])
  expect(parseAmd('WARNING: no cards')).toBeNull()
})
