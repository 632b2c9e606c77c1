import type { Duplex } from 'node:stream'
import { readRequestedPath, stripPrefix as withoutPrefix } from './requested-path.ts'
import { serveFolder, type ServeFolderOptions } from './serve-folder.ts'

/** One `[…]` section of mode=file. */
export interface Share {
  readonly folder: string
  /** Empty: nothing is cut off in front of the paths. */
  readonly stripPrefix: string
}

/** Enough for a request line; a visitor that sends less at first gets the first folder. */
const firstLinePattern = /^[A-Z]{3,10} (\/\S*)/

/**
 * Serves the folder that a connection's first request asks for by its prefix: a stock relay does not say which of its
 * tunnels a visitor came by. Takes `stream` over.
 */
export function serveShares(
  stream: Duplex,
  shares: readonly Share[],
  options: Pick<ServeFolderOptions, 'log'>,
): void {
  // An error is always followed by `close`.
  stream.on('error', () => undefined)
  stream.once('data', (first: Buffer) => {
    stream.pause()
    stream.unshift(first)
    const path = firstLinePattern.exec(first.toString('latin1'))?.[1] ?? '/'
    const share = chooseShare(shares, path)
    if (!share) {
      stream.destroy()
      return
    }
    void serveFolder(stream, share.folder, { stripPrefix: share.stripPrefix, ...options })
    // Whoever takes it over listens, but does not resume it.
    stream.resume()
  })
}

/** The one with the longest prefix that fits, else the first. */
export function chooseShare(shares: readonly Share[], path: string): Share | undefined {
  const asked = readRequestedPath(path)
  if (!asked || asked === 'unreadable') return shares[0]
  return (
    shares
      .filter(({ stripPrefix }) => withoutPrefix(asked, stripPrefix) !== undefined)
      .toSorted((one, other) => other.stripPrefix.length - one.stripPrefix.length)[0] ?? shares[0]
  )
}
