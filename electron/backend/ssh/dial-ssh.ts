import { connect, type Socket } from 'node:net'
import type { SshAddress } from '@nps-desktop/electron/contract'
import { cancelled, dialFailure, dialTimeout } from './ssh-errors.ts'

/** A TCP connection to an ssh port. Rejects with `ssh-refused`, `ssh-timeout`, `ssh-unknown-host`, `ssh-unreachable`. */
export function dialSsh(
  address: SshAddress,
  { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal },
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(cancelled())
    const socket = connect({ host: address.host, port: address.port, noDelay: true })
    const settle = (outcome: () => void): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      socket.removeAllListeners()
      outcome()
    }
    const fail = (error: Error): void =>
      settle(() => {
        socket.on('error', () => undefined)
        socket.destroy()
        reject(error)
      })
    const onAbort = (): void => fail(cancelled())
    const timer = setTimeout(() => fail(dialTimeout(address, timeoutMs)), timeoutMs)
    signal.addEventListener('abort', onAbort)
    socket.once('error', (error) => fail(dialFailure(error, address)))
    socket.once('connect', () => settle(() => resolve(socket)))
  })
}
