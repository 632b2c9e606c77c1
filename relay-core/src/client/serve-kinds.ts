import { nativeDatagrams } from '../native/native-datagrams.ts'
import type { KindServers } from '../native/serve-carrier.ts'
import { splice } from '../transport/splice.ts'
import { streamKind } from '../wire/messages.ts'
import { dialTarget, type DialPolicy } from './dial-target.ts'
import { joinDatagrams, openDatagramSocket } from './serve-datagrams.ts'
import { serveSocksDatagrams } from './serve-socks-datagrams.ts'

/** What an agent does for each kind of native stream. */
export function serveKinds({ policy }: { policy: DialPolicy | undefined }): KindServers {
  return {
    [streamKind.tcp]: async (target, { signal }) => {
      const socket = await dialTarget(target, { policy, signal })
      return {
        join: (stream) => void splice(stream, socket),
        abandon: () => socket.destroy(),
      }
    },
    [streamKind.datagrams]: async (target, { signal }) => {
      const socket = await openDatagramSocket(target, { policy, signal })
      return {
        join: (stream) => joinDatagrams(nativeDatagrams(stream), socket),
        abandon: () => socket.close(),
      }
    },
    [streamKind.socksDatagrams]: async () => ({
      join: (stream) => serveSocksDatagrams(nativeDatagrams(stream), { policy }),
      abandon: () => undefined,
    }),
  }
}
