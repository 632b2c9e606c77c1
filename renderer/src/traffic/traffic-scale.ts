const niceSteps = [1, 2, 5, 10] as const
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
  const power = 10 ** Math.floor(Math.log10(wanted))
  const step = power * (niceSteps.find((nice) => nice * power >= wanted) ?? 10)
  const unit = Math.min(units.length - 1, Math.floor(Math.log10(3 * step) / 3))
  const scale = 1000 ** unit
  const digits = step < scale ? 1 : 0
  const lines = [0, 1, 2, 3].map((index) => {
    const label = index === 0 ? '0' : ((index * step) / scale).toFixed(digits)
    return { value: index * step, label: index === 3 ? `${label} ${units[unit]}` : label }
  })
  return { top: 3 * step, lines }
}
