/** Between a number and its unit: they stay on one line. */
const gap = '\u00a0'

const units = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'] as const

/** `3.41 MB`, `58.2 KB`, `340 B`: decimal units and at most three digits. */
export function formatBytes(bytes: number): string {
  let value = Math.max(0, bytes)
  let index = 0
  while (value >= 999.5 && index < units.length - 1) {
    value /= 1000
    index += 1
  }
  return `${digits(value, index)}${gap}${units[index]}`
}

/** `3.41 MB/s`. */
export function formatRate(bytesPerSecond: number): string {
  return `${formatBytes(bytesPerSecond)}/s`
}

const gibibyte = 1024 ** 3

/** `61.2 GB`, `80 GB`: of memory, as its makers count it, so that a card of 80 GB has 80. */
export function formatMemory(bytes: number): string {
  const value = Math.max(0, bytes) / gibibyte
  if (value < 0.1) return `${Math.round(value * 1024)}${gap}MB`
  const text = value >= 99.95 ? value.toFixed(0) : value.toFixed(1)
  return `${text.replace(/\.0$/, '')}${gap}GB`
}

/** `18.2 of 31.4 MB`: both numbers in the unit of the total. */
export function formatProgress(done: number, total: number): { done: string; total: string } {
  const index = Math.max(0, Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, total)) / 3)))
  const scale = 1000 ** index
  return {
    done: (done / scale).toFixed(index === 0 ? 0 : 1),
    total: `${(total / scale).toFixed(index === 0 ? 0 : 1)}${gap}${units[index]}`,
  }
}

function digits(value: number, index: number): string {
  if (index === 0) return String(Math.round(value))
  if (value >= 99.95) return value.toFixed(0)
  if (value >= 9.995 || index === 1) return value.toFixed(1)
  return value.toFixed(2)
}
