import { effectScope } from 'vue'
import { expect, test, vi } from 'vitest'
import { useChoices } from './use-choices.ts'

function choices() {
  const saved: string[] = []
  const answers: (() => void)[] = []
  const scope = effectScope()
  const made = scope.run(() =>
    useChoices((choice: string) => {
      saved.push(choice)
      return new Promise<void>((resolve) => answers.push(resolve))
    }),
  )
  if (!made) throw new Error('the scope is over')
  return { ...made, saved, answers, leave: () => scope.stop() }
}

test('a click while an earlier one is being saved is saved after it', async () => {
  const { choose, saved, answers } = choices()
  choose('english')
  choose('light')
  await vi.waitFor(() => expect(saved).toEqual(['english']))
  answers[0]?.()
  await vi.waitFor(() => expect(saved).toEqual(['english', 'light']))
})

test('what waits is shown as chosen, and saved when its page has gone', async () => {
  const { choose, waiting, saved, answers, leave } = choices()
  choose('english')
  choose('light')
  await vi.waitFor(() => expect(saved).toEqual(['english']))
  expect(waiting.value).toEqual([['english'], ['light']])
  leave()
  answers[0]?.()
  await vi.waitFor(() => expect(saved).toEqual(['english', 'light']))
  answers[1]?.()
  await vi.waitFor(() => expect(waiting.value).toEqual([]))
})
