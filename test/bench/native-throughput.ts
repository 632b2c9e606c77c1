/**
 * What the native data path costs, for whoever changes it: one stream each way, short connections, a byte's round trip.
 * On a busy machine look at the processor time, which is far steadier than the rates.
 *
 *   npx node test/bench/native-throughput.ts [node|bun]
 */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { NativePair } from '../compliance/native-pair.ts'
import { Targets } from '../compliance/targets.ts'

const bun = fileURLToPath(new URL('../../node_modules/@oven/bun-linux-x64-baseline/bin/bun', import.meta.url))
const runtime = process.argv[2] === 'node' ? process.execPath : bun
const streamBytes = 2_000_000_000
const connectionWorkers = 16
const connectionSeconds = 5
const roundTrips = 2_000

const pair = await NativePair.start(runtime)
const targets = new Targets()
const chunk = Buffer.alloc(256 * 1024, 7)

/** Seconds of processor time that relay and agent have used, from /proc (100 ticks a second on Linux). */
function processorSeconds(): number {
  return [pair.relay.pid, pair.agent.pid]
    .map((pid) => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [])
    .reduce((sum, fields) => sum + (Number(fields[11]) + Number(fields[12])) / 100, 0)
}

function fill(socket: Socket, total: number): void {
  let left = total
  const go = () => {
    while (left > 0) {
      const part = left >= chunk.length ? chunk : chunk.subarray(0, left)
      left -= part.length
      if (!socket.write(part)) return
    }
    socket.end()
  }
  socket.on('drain', go)
  go()
}

async function drink(socket: Socket): Promise<number> {
  let received = 0
  socket.on('data', (bytes) => {
    received += bytes.length
  })
  await once(socket, 'end')
  socket.end()
  return received
}

async function stream(name: string, work: () => Promise<number>): Promise<void> {
  const processorBefore = processorSeconds()
  const startedAt = performance.now()
  const bytes = await work()
  const seconds = (performance.now() - startedAt) / 1000
  if (bytes !== streamBytes) throw new Error(`${name}: ${bytes} bytes arrived of ${streamBytes}`)
  const perGigabyte = (processorSeconds() - processorBefore) / (bytes / 1e9)
  console.log(`${name}: ${(bytes / 1e6 / seconds).toFixed(0)} MB/s, ${perGigabyte.toFixed(2)} processor s/GB`)
}

async function connections(port: number): Promise<void> {
  let count = 0
  const one = async () => {
    const socket = await targets.visit(port)
    socket.write('x')
    await once(socket, 'data')
    socket.end()
    await once(socket, 'close')
    count += 1
  }
  const processorBefore = processorSeconds()
  const startedAt = performance.now()
  const untilMs = startedAt + connectionSeconds * 1000
  const worker = async () => {
    while (performance.now() < untilMs) await one()
  }
  await Promise.all(Array.from({ length: connectionWorkers }, worker))
  const seconds = (performance.now() - startedAt) / 1000
  const perConnection = ((processorSeconds() - processorBefore) / count) * 1000
  console.log(
    `connections: ${(count / seconds).toFixed(0)} a second, ${perConnection.toFixed(2)} processor ms each`,
  )
}

async function latency(port: number): Promise<void> {
  const socket = await targets.visit(port)
  const times: number[] = []
  for (let count = 0; count < roundTrips; count += 1) {
    const sentAt = performance.now()
    socket.write('x')
    await once(socket, 'data')
    times.push(performance.now() - sentAt)
  }
  times.sort((a, b) => a - b)
  const at = (share: number) => times[Math.floor(times.length * share)]?.toFixed(3)
  console.log(`round trip of a byte: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`)
}

try {
  let received: Promise<number> = Promise.resolve(0)
  const sink = await targets.listen((socket) => {
    received = drink(socket)
  })
  const source = await targets.listen((socket) => fill(socket, streamBytes))
  const echo = await pair.open(3, await targets.echo())
  const [toSink, fromSource] = [await pair.open(1, sink), await pair.open(2, source)]
  await stream('up', async () => {
    const socket = await targets.visit(toSink)
    fill(socket, streamBytes)
    await once(socket.resume(), 'end')
    return received
  })
  await stream('down', async () => drink(await targets.visit(fromSource)))
  await connections(echo)
  await latency(echo)
  console.log(
    `memory: relay ${(pair.relay.residentBytes / 1e6).toFixed(0)} MB, agent ${(pair.agent.residentBytes / 1e6).toFixed(0)} MB`,
  )
} finally {
  await targets.close()
  await pair.close()
}
