import { silentLog } from '../../relay-core/src/log/log.ts'
import { Rendezvous } from '../../relay-core/src/relay/rendezvous/rendezvous.ts'
import { SeenKeys } from '../../relay-core/src/relay/rendezvous/seen-keys.ts'

/** The relay's two UDP ports at a place of the NAT lab, and a key for them in a line. It ends with its input. */
const keys = new SeenKeys()
const rendezvous = new Rendezvous(keys, { host: '0.0.0.0', log: silentLog, now: () => Date.now() })
const port = 8024
await rendezvous.listen(port)
const issued = keys.issue()
if (!issued) throw new Error('no key')
const [id, key] = [issued.id, issued.key].map((bytes) => Buffer.from(bytes).toString('hex'))
console.log(JSON.stringify({ id, key, port, address: '' }))
process.stdin.once('end', () => rendezvous.close()).resume()
