import { RPCLink } from '@orpc/client/websocket'
import type { RpcCarrier } from './rpc-carrier.ts'

/** In a browser: one WebSocket to `url`, which is asked for each `open`. */
export function webSocketCarrier(
  url: (options: { signal: AbortSignal }) => string | Promise<string>,
): RpcCarrier {
  return {
    async open({ signal }) {
      const asked = url({ signal })
      const socket = new WebSocket(typeof asked === 'string' ? asked : await asked)
      const closed = new Promise<void>((resolve) => {
        socket.addEventListener('close', () => resolve(), { once: true })
      })
      // the deadline is for opening alone: a socket that is open stays open
      const opening = new AbortController()
      try {
        await new Promise<void>((resolve, reject) => {
          const listen = { once: true, signal: opening.signal }
          socket.addEventListener('open', () => resolve(), listen)
          socket.addEventListener(
            'close',
            () => reject(new Error('the backend closed the connection')),
            listen,
          )
          signal.addEventListener('abort', () => reject(signal.reason as Error), listen)
        })
      } catch (error) {
        socket.close()
        throw error
      } finally {
        opening.abort()
      }
      return { link: new RPCLink({ websocket: socket }), closed, close: () => socket.close() }
    },
  }
}
