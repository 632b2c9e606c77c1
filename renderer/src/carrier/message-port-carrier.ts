import { RPCLink } from '@orpc/client/message-port'
import type { RpcCarrier, CarrierLink } from './rpc-carrier.ts'

/** The message with which the preload script hands over a port to the backend. */
const portMessage = 'nps-desktop:port'
/** How the page asks the preload script for another one. */
const connectMessage = 'nps-desktop:connect'

/**
 * Inside Electron: the preload posts a `MessagePort` to this window once the page is loaded, and another one
 * each time the page asks, which it does when the backend went away.
 */
export function messagePortCarrier(page: Window): RpcCarrier {
  let first = true
  return {
    async open({ signal }) {
      const arrival = nextPort(page, signal)
      if (!first) page.postMessage(connectMessage, page.origin)
      first = false
      return linkOver(await arrival)
    },
  }
}

function nextPort(page: Window, signal: AbortSignal): Promise<MessagePort> {
  return new Promise((resolve, reject) => {
    const done = new AbortController()
    page.addEventListener(
      'message',
      (event) => {
        const port = event.ports[0]
        if (event.source !== page || event.data !== portMessage || !port) return
        done.abort()
        resolve(port)
      },
      { signal: done.signal },
    )
    signal.addEventListener('abort', () => {
      done.abort()
      reject(signal.reason as Error)
    })
  })
}

function linkOver(port: MessagePort): CarrierLink {
  const closed = new Promise<void>((resolve) => {
    port.addEventListener('close', () => resolve(), { once: true })
  })
  const link = new RPCLink({ port })
  port.start()
  return { link, closed, close: () => port.close() }
}
