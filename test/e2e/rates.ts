const scale: Record<string, number> = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9 }

/** Bytes a second of what the screen says, such as `3.41 MB/s`. */
export function readRate(text: string): number {
  const [, value, unit] = /^([\d.]+)\s(B|KB|MB|GB)\/s$/.exec(text.trim()) ?? []
  if (value === undefined || unit === undefined) throw new Error(`"${text}" is no rate`)
  return Number(value) * (scale[unit] ?? Number.NaN)
}
