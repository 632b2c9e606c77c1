import { relayDefaults, type RelayConfig } from '../config/relay/relay-config.ts'
import { PortRanges } from '../net/address/port-ranges.ts'

/** Below those that `freePort` chooses from, and more than the tunnels of any test. */
const [lowestPort, portsOfWorker] = [11_000, 100]

/** Test files run beside one another, each in a worker that has such a number, from 1. */
const worker = Number(process.env['VITEST_POOL_ID'] ?? 0)
const first = lowestPort + worker * portsOfWorker

/**
 * A relay for tests, on 127.0.0.1. A tunnel without a wish gets a port that no test beside this one is given: between two
 * openings of a tunnel, and while its relay is away, the usual first port, 7000, would be given to the next relay that asks. The
 * trial has that one, and a test of the trial looks whether it is closed.
 */
export const loopbackRelay: RelayConfig = {
  ...relayDefaults,
  bridgeIp: '127.0.0.1',
  bridgePort: 0,
  allowPorts: new PortRanges([
    { first, last: first + portsOfWorker - 1 },
    { first: 1, last: 65_535 },
  ]),
}
