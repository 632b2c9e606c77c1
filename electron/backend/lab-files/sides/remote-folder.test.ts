import { standIn } from '@nps-desktop/relay-core/testing/stand-in'
import { expect, test } from 'vitest'
import { readRemoteFolder } from './remote-folder.ts'
import type { SftpChannel } from './sftp-channel.ts'

/** A channel whose folders hold these names, in answers of one each. */
function channelWith(names: readonly (readonly [name: string, longname?: string])[]): SftpChannel {
  const left = [...names]
  return standIn<SftpChannel>({
    isOpen: true,
    opendir: () => Promise.resolve(Buffer.from('x')),
    close: () => Promise.resolve(),
    readdir: () => {
      const next = left.shift()
      if (!next) return Promise.resolve(null)
      const [filename, longname = ''] = next
      return Promise.resolve([{ filename, longname, attrs: { mode: 0o100644 } }])
    },
  })
}

test('a name is listed once, whatever the server says: a folder that changes meanwhile may tell it twice', async () => {
  const channel = channelWith([['a'], ['..'], ['b'], ['.'], ['a'], ['x/y'], ['']])
  const { entries, isWhole } = await readRemoteFolder(channel, '/home', 100)
  expect(entries.map(({ name }) => name)).toEqual(['a', 'b'])
  expect(isWhole).toBe(true)
})

test('an owner turns no letters round', async () => {
  const channel = channelWith([['a', '-rw-r--r--   1 ro\u202eot users 1 Nov 30 10:00 a']])
  const { entries } = await readRemoteFolder(channel, '/home', 100)
  expect(entries[0]?.owner).toBe('ro ot')
})
