import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type CardReading, readCard } from '../../../electron/backend/lab-card/card-reading.ts'
import { lookScript } from '../../../electron/backend/lab-card/card-script.ts'
import { a100Processes, fourA100, oneMi210 } from '../../../electron/testing/gpu-tools.ts'
import { scriptTools } from '../../../relay-core/src/testing/script-tools.ts'
import { runCommand } from '../../testbed/run-command.ts'

const mark = 'part-0123456789abcdef'

/** What this computer says of itself by the script, with these tools for its cards. */
async function lookHere(
  tools: Readonly<Record<string, string>>,
  { watched = [] }: { watched?: readonly number[] } = {},
): Promise<CardReading> {
  const paths = await scriptTools(tools)
  const folders = new Set(Object.values(paths).map((path) => dirname(path)))
  const path = [...folders, process.env['PATH']].join(':')
  const script = lookScript({ mark, watched, withGpus: folders.size > 0 })
  const text = await runCommand('env', [`PATH=${path}`, 'sh', '-c', script])
  return readCard(text, { mark, atMs: Date.now(), before: null })
}

/** A process of this account that runs until the test is over. */
async function running(): Promise<number> {
  const child = spawn('sleep', ['600'], { stdio: 'ignore' })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child, 'spawn')
  return child.pid ?? 0
}

/** Prints this where it is asked as its manual says, and fails otherwise. */
const printing = (asked: string, text: string): string => `case "$*" in
'${asked}') cat <<'END'
${text}END
;;
*) echo "asked for: $*" >&2; exit 2 ;;
esac`
const rocm = '--showproductname --showuse --showmeminfo vram --showtemp --showpids --json'

test('a card of AMD is told by rocm-smi, with whose process holds its memory', async () => {
  const pid = await running()
  const { reading } = await lookHere({
    'rocm-smi': printing(rocm, oneMi210.replaceAll('48211', String(pid))),
  })
  expect(reading.gpuFault).toBeNull()
  expect(reading.gpus).toMatchObject([
    { index: 0, name: 'INSTINCT MI210', usePercent: 87, usedBytes: 4_926_205_952, celsius: 41 },
  ])
  expect(reading.gpus[0]?.processes).toMatchObject([{ pid, isYours: true, bytes: 4_915_195_904 }])
  expect(reading.processes.find((one) => one.pid === pid)).toMatchObject({ name: 'sleep', gpus: [0] })
})

test('cards of both makers are told together, and a tool that fails by its own words', async () => {
  const nvidia = `case $1 in
--query-gpu=*) printf '%s' '${fourA100}' ;;
--query-compute-apps=*) printf '%s' '${a100Processes}' ;;
*) exit 2 ;;
esac`
  const both = await lookHere({ 'nvidia-smi': nvidia, 'rocm-smi': printing(rocm, oneMi210) })
  expect(both.reading.gpus.map(({ index, name }) => [index, name])).toEqual([
    [0, 'A100-SXM4-80GB'],
    [1, 'A100-SXM4-80GB'],
    [2, 'A100-SXM4-80GB'],
    [3, 'A100-SXM4-80GB'],
    [4, 'INSTINCT MI210'],
  ])
  const fails = await lookHere({ 'rocm-smi': 'echo "ERROR: driver not initialized" >&2; exit 1' })
  expect(fails.reading).toMatchObject({
    gpus: [],
    gpuFault: { tool: 'rocm-smi', said: 'ERROR: driver not initialized' },
  })
})

test('of a watched process that has ended the exit code is known for as long as its parent has not asked', async () => {
  // one that ends by itself and one that is killed below; perl asks neither how
  const parent = spawn('perl', [
    '-e',
    '$| = 1; for (0, 1) { my $pid = fork; exit 3 if !$pid && !$_; exec "sleep", 600 if !$pid; print "$pid\\n" } sleep 600',
  ])
  onTestFinished(() => void parent.kill('SIGKILL'))
  let said = ''
  parent.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
  await expect.poll(() => said.trim().split('\n').length, { timeout: 20_000 }).toBe(2)
  const [exited = 0, killed = 0] = said.trim().split('\n').map(Number)
  process.kill(killed, 'SIGKILL')
  for (const pid of [exited, killed])
    await expect.poll(() => readFile(`/proc/${pid}/stat`, 'utf8'), { timeout: 20_000 }).toMatch(/\) Z /)
  const alive = await running()
  const { reading, exitCodes } = await lookHere({}, { watched: [exited, killed, alive] })
  expect([...exitCodes]).toEqual([
    [exited, 3],
    [killed, 137],
  ])
  const listed = reading.processes.map(({ pid }) => pid)
  expect(listed).toContain(alive)
  expect(listed).not.toContain(exited)
})
