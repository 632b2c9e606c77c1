import { readdirSync, readFileSync } from 'node:fs'

export function openDescriptors(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length
}

export function residentBytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(statusOf(pid))?.[1]) * 1024
}

export function threadCount(pid: number): number {
  return Number(/^Threads:\s+(\d+)$/m.exec(statusOf(pid))?.[1])
}

function statusOf(pid: number): string {
  return readFileSync(`/proc/${pid}/status`, 'utf8')
}

/**
 * For how many milliseconds this process has been ready to run while others had the processors (proc(5), schedstat): what a
 * limit of a wall clock has to forgive on a busy machine.
 */
export function heldUpMs(): number {
  return Number(readFileSync('/proc/self/schedstat', 'utf8').split(' ')[1]) / 1e6
}
