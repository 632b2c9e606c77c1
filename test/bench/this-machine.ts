import { readFileSync } from 'node:fs'
import { cpus, loadavg, release, totalmem } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'

/** Above this share of the processors, others disturb what is measured. */
const quietShare = 0.05
const lookMs = 1_000

/** What was measured on, and whether it had anything else to do. */
export class ThisMachine {
  readonly #shares: number[] = []

  /** Looks how busy the machine is while the bench does nothing. */
  async look(): Promise<void> {
    const before = processorTimes()
    await delay(lookMs)
    const after = processorTimes()
    this.#shares.push(1 - (after.idle - before.idle) / (after.all - before.all))
  }

  describe(): string {
    const [first] = cpus()
    const busiest = Math.max(0, ...this.#shares)
    const load = loadavg()[0]?.toFixed(1) ?? '?'
    const quiet = busiest <= quietShare ? 'The machine was quiet' : '**The machine was not quiet**'
    return [
      `${cpus().length} × ${first?.model.trim() ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB,`,
      `Linux ${release()} with ${congestionControl()}, Node ${process.versions.node} for the load.`,
      `${quiet}: before the rounds, while the bench rested, others took up to ${Math.round(busiest * 100)} % of the`,
      `processors; load average at the end ${load}.`,
    ].join('\n')
  }
}

/** Decides how full the shaped link's queue gets. */
function congestionControl(): string {
  return readFileSync('/proc/sys/net/ipv4/tcp_congestion_control', 'utf8').trim().toUpperCase()
}

/** Ticks since the system's start, of all processors (proc(5), /proc/stat). */
function processorTimes(): { idle: number; all: number } {
  const fields = (readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? '')
    .split(/\s+/)
    .slice(1, 9)
    .map(Number)
  const [, , , idle = 0, iowait = 0] = fields
  return { idle: idle + iowait, all: fields.reduce((sum, ticks) => sum + ticks, 0) }
}
