import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { SshSession } from '../../ssh/ssh-session.ts'

/** Writes a file by sftp, in the place of one that is there. `path` as the server's sftp names it. Rejects with the server's words, and as `SshSession.exec` does. */
export async function sftpUpload(
  session: SshSession,
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  { signal }: { signal: AbortSignal },
): Promise<void> {
  const sftp = await session.sftp({ signal })
  // its streams tell the same
  sftp.on('error', () => undefined)
  try {
    await pipeline(Readable.from(chunks, { objectMode: false }), sftp.createWriteStream(path), { signal })
  } finally {
    sftp.end()
  }
}
