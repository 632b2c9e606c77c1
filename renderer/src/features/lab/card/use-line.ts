import type { LabMinute } from '@nps-desktop/electron/contract'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
export const lineWidth = 120
export const lineHeight = 26

/**
 * The last hour as a line and the area below it, in a box of `lineWidth` by `lineHeight`; `top` is the value at its upper edge.
 * The line breaks where nobody looked for more than two minutes. Null: too little is known for a line.
 */
export function lineOf(
  minutes: readonly LabMinute[],
  valueOf: (minute: LabMinute) => number | null | undefined,
  { nowMs, top }: { nowMs: number; top: number },
): { line: string; area: string } | null {
  const fromMs = Math.floor(nowMs / minuteMs) * minuteMs - (hourMs - minuteMs)
  const runs: { x: number; y: number }[][] = []
  let lastMs = Number.NEGATIVE_INFINITY
  for (const minute of minutes) {
    const value = valueOf(minute)
    if (typeof value !== 'number' || minute.atMs < fromMs) continue
    const point = {
      x: (lineWidth * (minute.atMs - fromMs)) / (hourMs - minuteMs),
      y: lineHeight - 1 - (lineHeight - 2) * Math.min(1, value / top),
    }
    const run = runs.at(-1)
    if (run && minute.atMs - lastMs <= 2 * minuteMs) run.push(point)
    else runs.push([point])
    lastMs = minute.atMs
  }
  const drawn = runs.filter((run) => run.length > 1)
  if (drawn.length === 0) return null
  const path = (run: readonly { x: number; y: number }[]): string =>
    run.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`).join('')
  return {
    line: drawn.map(path).join(''),
    area: drawn.map((run) => `${path(run)}V${lineHeight}H${run[0]?.x.toFixed(1) ?? 0}z`).join(''),
  }
}
