import { expect, test } from 'vitest'
import { AppError } from '../failures/app-error.ts'
import type { SshSession } from '../ssh/ssh-session.ts'
import { askLab } from './ask-lab.ts'

const { signal } = new AbortController()
const lost = () => new AppError('ssh-lost', 'The connection ended.', { host: 'lab', reason: 'reset' })

/** Hands out a session each time, and counts. */
function sessions() {
  let opened = 0
  const use = () => {
    opened += 1
    // what asking needs; the rest of a session is not there
    const session = { address: { host: String(opened), port: 22, user: 'a' } } as SshSession
    return Promise.resolve({ session, [Symbol.dispose]: () => undefined })
  }
  return { use }
}

test('a session that was lost is replaced once, and what else goes wrong is told at once', async () => {
  const asked: string[] = []
  const answer = await askLab(
    sessions(),
    'l1',
    ({ address }) => {
      asked.push(address.host)
      return asked.length === 1 ? Promise.reject(lost()) : Promise.resolve('here')
    },
    { signal },
  )
  expect([answer, asked]).toEqual(['here', ['1', '2']])

  let times = 0
  const fail = (error: Error) => () => {
    times += 1
    return Promise.reject(error)
  }
  await expect(askLab(sessions(), 'l1', fail(lost()), { signal })).rejects.toMatchObject({ code: 'ssh-lost' })
  expect(times).toBe(2)
  await expect(askLab(sessions(), 'l1', fail(new Error('bug')), { signal })).rejects.toThrow('bug')
  expect(times).toBe(3)
})
