import { expect, it } from 'vitest'
import { machineUse } from '../../api/relay-status-models.ts'
import { rates, watchMachine } from './machine-watch.ts'
import { availableMemory, lineBytes } from './told-by-linux.ts'

const dev = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 9000 10 0 0 0 0 0 0 9000 10 0 0 0 0 0 0
  eth0: 1500 10 0 0 0 0 0 0 2500 12 0 0 0 0 0 0
docker0:7000 70 0 0 0 0 0 0 8000 80 0 0 0 0 0 0`
const route = `Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT
eth0\t00000000\t0101010A\t0003\t0\t0\t100\t00000000\t0\t0\t0
docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0`

it('the line is the card that leads out, not bridges that carry the same once more', () => {
  expect(lineBytes(dev, route)).toEqual({ inBytes: 1500, outBytes: 2500 })
  expect(lineBytes(dev, '')).toBeNull()
  expect(lineBytes('eth0: what', route)).toBeNull()
})

it('memory in use is what programs cannot be given', () => {
  expect(availableMemory('MemTotal: 2000 kB\nMemFree: 1 kB\nMemAvailable:    1500 kB\n')).toBe(1500 * 1024)
  expect(availableMemory('MemTotal: 2000 kB\n')).toBeNull()
})

it('a rate takes two moments', () => {
  const first = { atMs: 1_000, busyMs: 500, cpuMs: 1_000, line: { inBytes: 100, outBytes: 50 } }
  expect(rates(null, first)).toEqual({ cpuPercent: null, line: null })
  const second = { atMs: 3_000, busyMs: 1_500, cpuMs: 5_000, line: { inBytes: 2_100, outBytes: 10 } }
  expect(rates(first, second)).toEqual({
    cpuPercent: 25,
    // a card that was taken out and put in again counts from zero
    line: { inBytesPerSecond: 1_000, outBytesPerSecond: 0 },
  })
})

it('tells of this machine at once, and ends with whoever asks', async () => {
  const stop = new AbortController()
  const told: unknown[] = []
  for await (const use of watchMachine(stop.signal)) {
    told.push(machineUse.parse(use))
    stop.abort()
  }
  expect(told).toMatchObject([{ cpuPercent: null }])
})
