import type { LabMinute, LabReading } from '@nps-desktop/electron/contract'

const minuteMs = 60_000
const keptMinutes = 60

/** The means of the last hour's minutes. In memory only: of what was before the app started, nothing is drawn. */
export class CardMinutes {
  #minutes: { readonly atMs: number; readonly readings: LabReading[] }[] = []

  add(reading: LabReading): void {
    const atMs = Math.floor(reading.atMs / minuteMs) * minuteMs
    const last = this.#minutes.at(-1)
    if (last?.atMs === atMs) last.readings.push(reading)
    else this.#minutes.push({ atMs, readings: [reading] })
    const oldestMs = atMs - (keptMinutes - 1) * minuteMs
    // later ones are those of a clock that was set back since
    this.#minutes = this.#minutes.filter((one) => one.atMs >= oldestMs && one.atMs <= atMs)
  }

  list(): LabMinute[] {
    return this.#minutes.map(({ atMs, readings }) => {
      const of = (value: (reading: LabReading) => number | null | undefined): number | null =>
        mean(readings.map(value))
      const gpuCount = Math.max(...readings.map(({ gpus }) => gpus.length))
      return {
        atMs,
        gpus: Array.from({ length: gpuCount }, (_, index) => of(({ gpus }) => gpus[index]?.usePercent)),
        cpu: of(({ cpu }) => cpu?.usePercent),
        memory: of(({ memory }) => memory && (100 * memory.usedBytes) / memory.totalBytes),
        disks: meansOfDisks(readings),
        load: of(({ load }) => load?.one),
      }
    })
  }
}

/** By mount point, of the disks that there were last: a lab box that names others at each look makes no list grow. */
function meansOfDisks(readings: readonly LabReading[]): Record<string, number> {
  const percents = new Map((readings.at(-1)?.disks ?? []).map(({ mount }) => [mount, [] as number[]]))
  for (const { mount, usedBytes, totalBytes } of readings.flatMap(({ disks }) => disks))
    percents.get(mount)?.push((100 * usedBytes) / totalBytes)
  return Object.fromEntries([...percents].map(([mount, values]) => [mount, mean(values) ?? 0]))
}

function mean(values: readonly (number | null | undefined)[]): number | null {
  const known = values.filter((value) => typeof value === 'number')
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length
}
