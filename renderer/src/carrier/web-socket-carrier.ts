import { RPCLink } from '@orpc/client/websocket'
import type { Carrier } from './carrier.ts'

/** In a browser: one WebSocket to `url`, opened anew for each `open`. */
export function webSocketCarrier(url: () => string): Carrier {
  return {
    async open({ signal }) {
      const socket = new WebSocket(url())
      const closed = new Promise<void>((resolve) => {
        socket.addEventListener('close', () => resolve(), { once: true })
      })
      await new Promise<void>((resolve, reject) => {
        socket.addEventListener('open', () => resolve(), { once: true })
        socket.addEventListener('close', () => reject(new Error('the backend closed the connection')), {
          once: true,
        })
        signal.addEventListener(
          'abort',
          () => {
            socket.close()
            reject(signal.reason)
          },
          { once: true },
        )
      })
      return { link: new RPCLink({ websocket: socket }), closed, close: () => socket.close() }
    },
  }
}
