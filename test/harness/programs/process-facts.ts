import { readdirSync, readFileSync } from 'node:fs'

export function openDescriptors(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length
}

export function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024
}
