import type { Socket } from 'node:net'
import type { StockBridge } from '../../stock/stock-bridge.ts'
import type { StockBridgeOptions } from '../../stock/stock-bridge-options.ts'

/** Where stock NPS programs come in. */
export interface LazyStockBridge {
  accept(socket: Socket): void
  close(): void
}

/** Loads the stock protocol when the first such program comes: most relays never meet one. */
export function createLazyStockBridge(options: StockBridgeOptions): LazyStockBridge {
  let loading: Promise<StockBridge> | undefined
  let isClosed = false
  const load = async () => {
    const { StockBridge } = await import('../../stock/stock-bridge.ts')
    return new StockBridge(options)
  }
  return {
    accept: (socket) => {
      loading ??= load()
      loading.then(
        (bridge) => (isClosed ? socket.destroy() : bridge.accept(socket)),
        (error: unknown) => {
          options.log.error('the stock protocol could not be loaded', { error })
          socket.destroy()
        },
      )
    },
    close: () => {
      isClosed = true
      void loading?.then((bridge) => bridge.close())
    },
  }
}
