import type { Duplex } from 'node:stream'

/** More than any server says before it names itself (RFC 4253, section 4.2). */
const maxBytes = 8 * 1024

/**
 * Reads along how an ssh server names itself, `SSH-2.0-OpenSSH_for_Windows_9.5`: the one thing that tells a Windows machine
 * before a command is run there. To be called before anything else reads from the socket, in the same turn.
 */
export function watchIdent(socket: Duplex): { isWindows(): boolean } {
  let said = ''
  const look = (chunk: Buffer): void => {
    said += chunk.toString('latin1')
    if (/^SSH-.*\n/m.test(said) || said.length > maxBytes) socket.off('data', look)
  }
  socket.on('data', look)
  return { isWindows: () => /^SSH-[\d.]+-OpenSSH_for_Windows/m.test(said) }
}
