import { expect, test } from 'vitest'
import { useCopyStart } from './use-copy-start.ts'

const taken = { name: 'a.txt', isFolder: false, bytes: 1, changedAtMs: 0 }

/** Copies as the page runs them: one call at a time, others do nothing. */
function copies() {
  let isBusy = false
  return useCopyStart(async (work) => {
    if (isBusy) return
    isBusy = true
    await work()
    isBusy = false
  })
}

test('what is dropped while another question is open waits for it, and neither is lost', async () => {
  const { question, begin, answer } = copies()
  const started: unknown[] = []
  const asked = Promise.withResolvers<void>()
  const first = begin(async (choices) => {
    await asked.promise
    if (choices.length === 0) return { conflicts: [taken] }
    started.push(['first', choices])
    return { conflicts: [] }
  })
  const second = begin(async (choices) => {
    started.push(['second', choices])
    return { conflicts: [] }
  })
  asked.resolve()
  await Promise.all([first, second])
  expect(question.value?.conflict.name).toBe('a.txt')
  expect(started).toEqual([])
  await answer('replace', false)
  expect(started).toEqual([
    ['first', [{ name: 'a.txt', choice: 'replace' }]],
    ['second', []],
  ])
})

test('who leaves the question copies nothing of it, and what waited begins', async () => {
  const { question, begin, leave } = copies()
  const started: string[] = []
  await begin(async () => ({ conflicts: [taken] }))
  await begin(async () => {
    started.push('second')
    return { conflicts: [] }
  })
  await leave()
  expect(question.value).toBe(null)
  expect(started).toEqual(['second'])
})
