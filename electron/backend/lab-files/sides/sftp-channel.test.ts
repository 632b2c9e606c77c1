import { EventEmitter } from 'node:events'
import { ManualClock } from '@nps-desktop/relay-core/testing/manual-clock'
import type { FileEntryWithStats, SFTPWrapper } from 'ssh2'
import { expect, test } from 'vitest'
import { readRemoteFolder } from './remote-folder.ts'
import { SftpChannel } from './sftp-channel.ts'

const address = { host: '10.0.0.5', port: 22, user: 'goudan' }
const signal = new AbortController().signal

/** A file server that answers what the test tells it to, or nothing. */
async function channelTo(server: object, clock = new ManualClock()): Promise<SftpChannel> {
  const wrapper = Object.assign(new EventEmitter(), { end: () => undefined }, server) as SFTPWrapper
  const closed = Promise.withResolvers<null>().promise
  const session = { address, closed, isOpen: true, sftp: () => Promise.resolve(wrapper) }
  return await SftpChannel.open(session, { signal, clock })
}

test('a file server that hangs is given up after a minute without any answer', async () => {
  const clock = new ManualClock()
  const answers: (() => void)[] = []
  const stat = (_path: string, done: (error: null, value: object) => void) =>
    void answers.push(() => done(null, {}))
  const channel = await channelTo({ stat }, clock)
  const first = channel.stat('/a')
  const second = channel.stat('/b')
  clock.advance(50_000)
  answers[0]?.()
  await first
  clock.advance(50_000)
  expect(channel.isOpen).toBe(true)
  clock.advance(10_000)
  await expect(second).rejects.toMatchObject({ code: 'ssh-lost', message: expect.stringContaining('60 s') })
  expect(channel.isOpen).toBe(false)
  expect(clock.waiting).toBe(0)
})

test('a channel that rests for hours is not given up', async () => {
  const clock = new ManualClock()
  const stat = (_path: string, done: (error: null, value: object) => void) => done(null, {})
  const channel = await channelTo({ stat }, clock)
  await channel.stat('/a')
  clock.advance(3_600_000)
  await channel.stat('/b')
  expect(channel.isOpen).toBe(true)
  channel[Symbol.dispose]()
  expect(clock.waiting).toBe(0)
})

test('a channel whose server lacks an extension is not given up when it rests', async () => {
  const clock = new ManualClock()
  const ext_openssh_statvfs = (): void => {
    throw new Error('Server does not support this extended request')
  }
  const channel = await channelTo({ ext_openssh_statvfs }, clock)
  await expect(channel.statvfs('/a')).rejects.toThrow('not support')
  clock.advance(3_600_000)
  expect(channel.isOpen).toBe(true)
  channel[Symbol.dispose]()
})

/** A folder as a server lists it, this many names in an answer. */
function folderOf(names: readonly string[], { atOnce }: { atOnce: number }) {
  const left = [...names]
  return {
    opendir: (_path: string, done: (error: null, handle: Buffer) => void) => done(null, Buffer.alloc(1)),
    close: (_handle: Buffer, done: (error: null) => void) => done(null),
    readdir: (_handle: Buffer, done: (error: Error | null, list: FileEntryWithStats[]) => void) => {
      const list = left
        .splice(0, atOnce)
        .map((filename) => ({ filename, longname: '', attrs: { mode: 0o100644 } }) as FileEntryWithStats)
      if (list.length === 0) done(Object.assign(new Error('end'), { code: 1 }), [])
      else setImmediate(() => done(null, list))
    },
  }
}

test('a folder that has more entries than are read is said not to be whole', async () => {
  const names = Array.from({ length: 50 }, (_, index) => `n${index}`)
  const read = async (most: number) =>
    await readRemoteFolder(await channelTo(folderOf(names, { atOnce: 7 })), '/f', most)
  expect(await read(50)).toMatchObject({ isWhole: true, entries: { length: 50 } })
  expect(await read(49)).toMatchObject({ isWhole: false, entries: { length: 49 } })
})

test('names that no file has are passed over, and a list without an end comes to one', async () => {
  const names = ['../up', 'a/b', '', 'x'.repeat(100_000), 'good']
  const { entries } = await readRemoteFolder(await channelTo(folderOf(names, { atOnce: 2 })), '/f', 100)
  expect(entries.map(({ name }) => name)).toEqual(['good'])
  const endless = {
    ...folderOf([], { atOnce: 1 }),
    readdir: (_handle: Buffer, done: (error: null, list: FileEntryWithStats[]) => void) =>
      void setImmediate(() => done(null, [])),
  }
  const { isWhole } = await readRemoteFolder(await channelTo(endless), '/f', 100)
  expect(isWhole).toBe(false)
})
