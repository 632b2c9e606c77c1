import { EventEmitter } from 'node:events'
import { silentLog } from '@nps-desktop/relay-core/log'
import { ManualClock } from '@nps-desktop/relay-core/testing/manual-clock'
import { expect, test, vi } from 'vitest'
import type { LabSessions } from '../lab-sessions/lab-sessions.ts'
import { LabFiles } from './lab-files.ts'

const labId = 'l1'
const { signal } = new AbortController()
type Done<T> = (error: Error | null, value?: T) => void

/** One sftp channel of a lab box that has `/home/alice`, empty, and beside it `/net`, whose server does not answer: nor does the channel from then on. */
function channel() {
  let isStuck = false
  const answer = <T>(done: Done<T>, value?: T): void =>
    void setImmediate(() => {
      if (!isStuck) done(null, value)
    })
  return Object.assign(new EventEmitter(), {
    end: () => undefined,
    realpath: (path: string, done: Done<string>) => answer(done, path === '.' ? '/home/alice' : path),
    opendir: (path: string, done: Done<Buffer>) => {
      isStuck ||= path.startsWith('/net')
      answer(done, Buffer.from(path))
    },
    readdir: (_handle: Buffer, done: Done<never>) =>
      void setImmediate(() => done(Object.assign(new Error('end'), { code: 1 }))),
    close: (_handle: Buffer, done: Done<void>) => answer(done),
    ext_openssh_statvfs: (_path: string, done: Done<object>) => answer(done, {}),
  })
}

test('a folder on a disk that hangs holds up the counts, and not the folder that is opened next', async () => {
  const clock = new ManualClock()
  const address = { host: '10.0.0.5', port: 22, user: 'alice' }
  const { promise: closed } = Promise.withResolvers<null>()
  const session = { address, closed, isOpen: true, sftp: () => Promise.resolve(channel()) }
  const asked: unknown[] = []
  const use: LabSessions['use'] = async (_labId, { asks }) => {
    asked.push(asks)
    // what a channel needs of it
    return { session, [Symbol.dispose]: () => undefined } as unknown as Awaited<
      ReturnType<LabSessions['use']>
    >
  }
  const files = new LabFiles({
    sessions: { use },
    storage: {
      transfers: { list: () => [], save: () => undefined },
      whenPossible: (_name, write) => write(),
    },
    nameOf: () => 'a100',
    shell: { downloadsFolder: '/' },
    clock,
    log: silentLog,
  })
  const counting = files.count({ labId, folder: '/', names: ['net', 'home'] }, { signal })
  const ended = vi.fn<(error: unknown) => void>()
  void counting.catch(ended)
  await expect(files.list({ labId, path: '~', match: '', again: true }, { signal })).resolves.toMatchObject({
    path: '/home/alice',
  })
  expect(ended).not.toHaveBeenCalled()
  // nobody is asked for a code so that folders can be counted
  expect(asked).toEqual([false, true])
  clock.advance(60_000)
  await expect(counting).rejects.toMatchObject({ code: 'ssh-lost' })
  await files.close()
})
