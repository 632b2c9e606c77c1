import { createApp, effectScope, ref } from 'vue'
import { expect, onTestFinished, test, vi } from 'vitest'
import { BackendConnection } from './connection.ts'
import { connectionKey } from './use-follow.ts'
import { usePolled } from './use-polled.ts'

/** A page that asks `question`; each question waits until the test answers it. */
function page(first: string | null) {
  const connection = new BackendConnection({ open: () => new Promise(() => undefined) })
  const question = ref(first)
  const asked: { question: string; signal: AbortSignal; answer: (value: string) => void }[] = []
  const app = createApp({})
  app.provide(connectionKey, connection)
  const scope = effectScope()
  onTestFinished(() => scope.stop())
  const polled = app.runWithContext(() =>
    scope.run(() =>
      usePolled(
        question,
        (what, { signal }) => new Promise<string>((answer) => asked.push({ question: what, signal, answer })),
        60_000,
      ),
    ),
  )
  if (!polled) throw new Error('the scope is over')
  return { ...polled, question, asked }
}

test('a newer question cancels the older one, whose answer no longer counts', async () => {
  const { value, question, asked } = page('hour')
  question.value = 'day'
  await vi.waitFor(() => expect(asked.map((one) => one.question)).toEqual(['hour', 'day']))
  expect(asked[0]?.signal.aborted).toBe(true)
  asked[1]?.answer('of the day')
  await vi.waitFor(() => expect(value.value).toBe('of the day'))
  asked[0]?.answer('of the hour')
  await new Promise((resolve) => setTimeout(resolve))
  expect(value.value).toBe('of the day')
})

test('null asks nothing', async () => {
  const { question, asked } = page(null)
  await new Promise((resolve) => setTimeout(resolve))
  expect(asked).toEqual([])
  question.value = 'hour'
  await vi.waitFor(() => expect(asked.map((one) => one.question)).toEqual(['hour']))
})
