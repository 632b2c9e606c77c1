/** The bytes at each of a file's ends that its mark is of: reading all of a large one would take minutes. */
const endBytes = 64 * 1024

/**
 * Tells files of one name, size and time apart: SHA-256, in hexadecimal letters, of both ends. Where that cannot be had, a mark that no
 * file has: what an earlier page had copied is then not gone on with, as it may be another file's.
 */
export async function fileMark(file: Blob): Promise<string> {
  // a browser has it for pages from 127.0.0.1, localhost and https only
  const { subtle } = window.crypto as Partial<Crypto>
  if (!subtle) return ownMark()
  const ends = new Blob([file.slice(0, endBytes), file.slice(Math.max(endBytes, file.size - endBytes))])
  try {
    return hex(new Uint8Array(await subtle.digest('SHA-256', await ends.arrayBuffer())))
  } catch {
    // it cannot be read, which is told when its copy wants its first piece
    return ownMark()
  }
}

function ownMark(): string {
  return hex(window.crypto.getRandomValues(new Uint8Array(32)))
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
