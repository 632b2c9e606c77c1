import { duplexPair } from 'node:stream'
import { expect, test } from 'vitest'
import { silentLog } from '../../log/log.ts'
import { FramedSocket } from '../../native/carriers/framed-socket.ts'
import { Agents } from '../clients/agents.ts'
import { DirectLinks } from '../rendezvous/direct-links.ts'
import { SeenKeys } from '../rendezvous/seen-keys.ts'
import { OpenTunnels } from '../tunnels/registry/open-tunnels.ts'
import { serveNativeVisitor } from './serve-native-visitor.ts'

const from = { address: '203.0.113.7', port: 40_000 }

test('the guest of a stopped tunnel who asks for a direct link leaves no key of the relay’s in use', async () => {
  const keys = new SeenKeys()
  const direct = new DirectLinks(keys, () => 8_024).request(new Uint8Array(16))
  const { id } = direct.seenFrom(from.address)
  expect(keys.find(id)).toBeDefined()
  const tunnels = new OpenTunnels({ agents: new Agents({ now: () => 0 }), log: silentLog })
  const guest = { entered: () => undefined, left: () => undefined }
  const [ours, theirs] = duplexPair()
  const framed = new FramedSocket(ours)
  await serveNativeVisitor(
    {
      password: 'a-password-of-32-characters-long',
      serve: (visit) => tunnels.serveGuest(7, visit, { verifier: new Uint8Array(32), guest }),
    },
    { survive: undefined, framed, from, direct },
  )
  expect(keys.find(id)).toBeUndefined()
  framed.destroy()
  theirs.destroy()
  await tunnels.closeAll()
})
