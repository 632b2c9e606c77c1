import { flushPromises } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { TypedText } from './typed-text.ts'

test('what is typed goes out in its order, one call at a time', async () => {
  const sent: string[] = []
  const answers: ((taken: boolean) => void)[] = []
  const typed = new TypedText((text) => {
    sent.push(text)
    return new Promise((resolve) => answers.push(resolve))
  })
  typed.setOpen(true)
  for (const letter of 'nvtop') typed.add(letter)
  expect(sent).toEqual(['n'])
  answers.shift()?.(true)
  await flushPromises()
  expect(sent).toEqual(['n', 'vtop'])
  answers.shift()?.(true)
  await flushPromises()
  expect(typed.waiting.value).toBe(0)
})

test('without a connection it waits, and goes out when there is one again', async () => {
  const sent: string[] = []
  let isThere = false
  const typed = new TypedText(async (text) => {
    if (isThere) sent.push(text)
    return isThere
  })
  typed.setOpen(true)
  typed.add('ls')
  await flushPromises()
  typed.setOpen(false)
  typed.add('\r')
  expect(typed.waiting.value).toBe(3)
  isThere = true
  typed.setOpen(true)
  await flushPromises()
  expect(sent).toEqual(['ls\r'])
  typed.setOpen(false)
  typed.add('for a shell that is no more')
  typed.clear()
  expect(typed.waiting.value).toBe(0)
  typed.add('rm -r results\r')
  typed.setOpen(true)
  await flushPromises()
  expect(sent).toEqual(['ls\r'])
})

test('a long paste goes out in pieces that break no character', async () => {
  const sent: string[] = []
  const typed = new TypedText(async (text) => sent.push(text) > 0)
  typed.setOpen(true)
  const text = `x${'🙂'.repeat(10_000)}`
  typed.add(text)
  await flushPromises()
  expect(sent.join('')).toBe(text)
  expect(sent.length).toBe(2)
  for (const piece of sent) expect(piece.isWellFormed()).toBe(true)
})

test('more than may wait is refused whole, and said', () => {
  const typed = new TypedText(async () => false)
  typed.add('x'.repeat(2_000_000))
  expect(typed.isFull.value).toBe(true)
  expect(typed.waiting.value).toBe(0)
})
