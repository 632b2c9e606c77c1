import type { NamedFound } from './file-side.ts'
import type { SftpChannel } from './sftp-channel.ts'
import { foundOf } from './remote-found.ts'

/** A folder of more entries is shown this far. */
export const maxListed = 100_000
/** Longer than a name can be on any file system (255 bytes, or 255 UTF-16 units). */
const maxNameLength = 1_024
/** OpenSSH answers a hundred names at a time: asked one after the other, a large folder would take a round trip for each. */
const asksAtOnce = 8

/** What is in a folder, in no order, up to `maxEntries` entries. `isWhole`: there are no more. */
export async function readRemoteFolder(
  channel: SftpChannel,
  path: string,
  maxEntries: number,
): Promise<{ entries: NamedFound[]; isWhole: boolean }> {
  const handle = await channel.opendir(path)
  const entries: NamedFound[] = []
  // a server that reads a folder while it changes may tell a name twice
  const seen = new Set<string>()
  let told = 0
  // a server may answer without a name for as long as it likes
  let answers = 0
  let isOver = false
  const ask = async (): Promise<void> => {
    while (!isOver && told <= maxEntries && answers <= maxEntries) {
      const names = await channel.readdir(handle)
      if (names === null) {
        isOver = true
        return
      }
      answers++
      told += names.length
      for (const { filename, longname, attrs } of names) {
        if (!isName(filename) || seen.has(filename) || entries.length >= maxEntries) continue
        seen.add(filename)
        entries.push({ name: filename, ...foundOf(attrs, longname) })
      }
    }
  }
  try {
    const asked = await Promise.allSettled(Array.from({ length: asksAtOnce }, ask))
    for (const one of asked) if (one.status === 'rejected') throw one.reason
  } finally {
    if (channel.isOpen) await channel.close(handle).catch(() => undefined)
  }
  return { entries, isWhole: isOver && told <= maxEntries }
}

/** No name holds a slash or is that of another folder: a server that says so wants to be somewhere else. */
function isName(text: string): boolean {
  return !/^\.{0,2}$/.test(text) && text.length <= maxNameLength && !/[/\0]/.test(text)
}
