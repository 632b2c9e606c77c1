import { ManualClock } from '@nps-desktop/relay-core/testing/manual-clock'
import type { SignInQuestion } from '@nps-desktop/electron/contract'
import { expect, onTestFinished, test } from 'vitest'
import { SignInQuestions } from './sign-in-questions.ts'

const question = {
  machine: 'lab-a100',
  user: 'goudan',
  instructions: '',
  prompts: [{ text: 'Code:', echo: false }],
  isPassword: false,
  isAgain: false,
}

function start() {
  const clock = new ManualClock()
  const questions = new SignInQuestions({ clock })
  const stop = new AbortController()
  const feed = questions.watch(stop.signal)
  onTestFinished(() => {
    stop.abort()
    questions.close()
  })
  const shown = async (): Promise<SignInQuestion[]> => (await feed.next()).value ?? []
  const ask = (signal = new AbortController().signal) => questions.ask(question, { signal })
  return { clock, questions, shown, ask }
}

test('a question is shown until it is answered', async () => {
  const { questions, shown, ask } = start()
  const answer = ask()
  const [one] = await shown()
  expect(one).toMatchObject(question)
  questions.answer({ questionId: 'another', answers: ['no'] })
  questions.answer({ questionId: one?.id ?? '', answers: ['424242'] })
  expect(await answer).toEqual(['424242'])
  expect(await shown()).toEqual([])
})

test('one that is left, too late, or taken back by its sign-in has no answer', async () => {
  const { clock, questions, shown, ask } = start()
  const left = ask()
  questions.leave({ questionId: (await shown())[0]?.id ?? '' })
  expect(await left).toBeNull()

  const late = ask()
  clock.advance(100_000)
  expect(await late).toBeNull()

  const over = new AbortController()
  const back = ask(over.signal)
  over.abort()
  expect(await back).toBeNull()
  expect(clock.waiting).toBe(0)
})
