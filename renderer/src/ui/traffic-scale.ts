const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500] as const
const units = ['B/s', 'KB/s', 'MB/s', 'GB/s'] as const
/** The scale never gets finer than this, so that noise stays flat. */
const floorBytesPerSecond = 9_000

/** A scale from zero in three even steps: four lines, the unit on the top one only. */
export interface TrafficScale {
  top: number
  /** From zero to the top. */
  lines: readonly { value: number; label: string }[]
}

export function trafficScale(highest: number): TrafficScale {
  const wanted = Math.max(highest, floorBytesPerSecond) / 3
  const unit = Math.min(units.length - 1, Math.floor(Math.log10(wanted * 2) / 3))
  const scale = 1000 ** unit
  const step =
    [0.5, ...steps, 1_000].find((candidate) => candidate * scale >= wanted) ?? Math.ceil(wanted / scale)
  const digits = step < 1 ? 1 : 0
  const lines = [0, 1, 2, 3].map((index) => {
    const value = index * step
    const label = index === 0 ? '0' : value.toFixed(digits)
    return { value: value * scale, label: index === 3 ? `${label} ${units[unit]}` : label }
  })
  return { top: 3 * step * scale, lines }
}
