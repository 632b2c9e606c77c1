import type { NamedFound } from './file-side.ts'
import type { SftpChannel } from './sftp-channel.ts'
import { foundOf } from './remote-found.ts'

/** A folder of more entries is read this far; what lies behind is not shown. */
const maxEntries = 100_000
/** OpenSSH answers a hundred names at a time: asked one after the other, a large folder would take a round trip for each. */
const asksAtOnce = 8

/** All that is in a folder, in no order. `isWhole`: nothing was left out. */
export async function readRemoteFolder(
  channel: SftpChannel,
  path: string,
): Promise<{ entries: NamedFound[]; isWhole: boolean }> {
  const handle = await channel.opendir(path)
  const entries: NamedFound[] = []
  let isOver = false
  const ask = async (): Promise<void> => {
    while (!isOver && entries.length < maxEntries) {
      const names = await channel.readdir(handle)
      if (names === null) {
        isOver = true
        return
      }
      for (const { filename, longname, attrs } of names) {
        // no name holds a slash: a server that says so wants to be somewhere else
        if (filename === '' || filename.includes('/') || filename.includes('\0')) continue
        if (entries.length < maxEntries) entries.push({ name: filename, ...foundOf(attrs, longname) })
      }
    }
  }
  try {
    const asked = await Promise.allSettled(Array.from({ length: asksAtOnce }, ask))
    for (const one of asked) if (one.status === 'rejected') throw one.reason
  } finally {
    if (channel.isOpen) await channel.close(handle).catch(() => undefined)
  }
  return { entries, isWhole: isOver }
}
