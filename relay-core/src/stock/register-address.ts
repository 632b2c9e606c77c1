import { enterRelay, type StockRelay } from './enter-relay.ts'

/** The most a relay accepts: a year, so that the number fits everywhere. */
export const maxRegisteredHours = 8760

/** Lets this machine's public address in for this many hours, where the relay asks for that (`ip_limit`). There is no answer. */
export async function registerAddress(
  relay: StockRelay,
  hours: number,
  { signal }: { signal: AbortSignal },
): Promise<void> {
  const socket = await enterRelay('rgst', relay, { signal })
  const message = Buffer.alloc(4)
  message.writeInt32LE(hours)
  await new Promise<void>((resolve) => {
    socket.once('close', resolve)
    socket.resume()
    socket.end(message, () => socket.destroySoon())
  })
}
