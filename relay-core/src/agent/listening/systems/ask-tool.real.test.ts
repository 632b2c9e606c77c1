import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { askTool } from './ask-tool.ts'

const sh = (script: string, timeoutMs: number) => askTool('/bin/sh', ['-c', script], { timeoutMs })
/** Processes whose command line has the word, which stands in no other. */
const running = (word: string): string[] =>
  execFileSync('/bin/ps', ['-eo', 'args='], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(word))

it('one that hangs is ended with all it has started, and what it had said by then is the answer', async () => {
  const word = `${86_400 + process.pid}`
  expect(await sh(`echo said; sleep ${word} & sleep ${word}`, 2_000)).toBe('said\n')
  await expect.poll(() => running(word)).toEqual([])
  expect(await sh(`sleep ${word}`, 200)).toBeNull()
  await expect.poll(() => running(word)).toEqual([])
})

// before its own time is up
it('one that floods is ended, and the beginning is the answer', { timeout: 30_000 }, async () => {
  const word = `flood-${process.pid}`
  expect((await sh(`while :; do echo ${word}; done`, 45_000))?.length).toBe(1024 * 1024)
  await expect.poll(() => running(word)).toEqual([])
})

it('one that leaves another behind with its output open is not waited for beyond its time', async () => {
  const word = `${86_401 + process.pid}`
  expect(await sh(`sleep ${word} & echo said`, 2_000)).toBe('said\n')
  await expect.poll(() => running(word)).toEqual([])
})

it('one that is not there, and one that says nothing', async () => {
  expect(await askTool('/nowhere/tool', [], { timeoutMs: 5_000 })).toBeNull()
  expect(await sh('exit 3', 5_000)).toBe('')
})
