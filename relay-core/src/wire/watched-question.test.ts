import { expect, test } from 'vitest'
import { decodeQuestion, encodeQuestion } from './watched-question.ts'

test('a question is read as it was asked', () => {
  for (const question of [
    { gpus: true, pids: [] },
    { gpus: false, pids: [1, 4_194_304] },
  ])
    expect(decodeQuestion(encodeQuestion(question))).toEqual(question)
})

test.each([
  ['nothing', []],
  ['no count', [1]],
  ['a flag that is none', [2, 0, 0]],
  ['too few pids', [1, 0, 1, 0, 0, 0]],
  ['bytes behind the last', [1, 0, 0, 9]],
  ['the pid 0', [0, 0, 1, 0, 0, 0, 0]],
  ['more than 32', [0, 0, 33, ...Array<number>(132).fill(1)]],
])('%s is no question', (_, bytes) => {
  expect(decodeQuestion(Uint8Array.from(bytes))).toBeNull()
})
