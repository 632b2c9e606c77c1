import { connect } from 'node:net'

/** What a TCP connection attempt met. */
export type ProbeAnswer = 'open' | 'refused' | 'prohibited' | 'silence'

/** Tries to open a TCP connection from this computer. `silence` means no answer of any kind within `timeoutMs`. */
export async function probePort(host: string, port: number, timeoutMs = 1500): Promise<ProbeAnswer> {
  return await new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: timeoutMs })
    const answer = (what: ProbeAnswer) => {
      socket.destroy()
      resolve(what)
    }
    socket.once('connect', () => answer('open'))
    socket.once('timeout', () => answer('silence'))
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') answer('refused')
      else if (error.code === 'EHOSTUNREACH' || error.code === 'EACCES') answer('prohibited')
      else reject(error)
    })
  })
}
