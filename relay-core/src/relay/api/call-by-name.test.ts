import { ORPCError, ValidationError } from '@orpc/contract'
import { expect, test } from 'vitest'
import { standIn } from '../../testing/stand-in.ts'
import { callByName, type RelayCalls } from './call-by-name.ts'

test('an answer that does not fit the contract is refused by the name of its call', async () => {
  const cause = new ValidationError({
    message: 'wrong',
    issues: [{ message: 'no name', path: ['name'] }],
    data: {},
  })
  const list = () => Promise.reject(new ORPCError('INTERNAL_SERVER_ERROR', { cause }))
  const calls = standIn<RelayCalls>({ clients: { list } })
  const { signal } = new AbortController()
  expect(await callByName(calls, 'clients/list', {}, { signal })).toMatchObject({
    status: 422,
    body: {
      code: 'relay-answer-invalid',
      message: expect.stringContaining(
        'answer to clients/list cannot be understood (name: no name)',
      ) as string,
      params: { call: 'clients/list' },
    },
  })
})
