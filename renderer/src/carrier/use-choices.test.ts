import { effectScope } from 'vue'
import { expect, test, vi } from 'vitest'
import { useChoices } from './use-choices.ts'

function choices() {
  const saved: string[] = []
  const answers: (() => void)[] = []
  const scope = effectScope()
  const made = scope.run(() =>
    useChoices((_options, choice: string) => {
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

test('what waits is dropped with its page', async () => {
  const { choose, saved, answers, leave } = choices()
  choose('english')
  choose('light')
  await vi.waitFor(() => expect(saved).toEqual(['english']))
  leave()
  answers[0]?.()
  await new Promise((resolve) => setTimeout(resolve))
  expect(saved).toEqual(['english'])
})
