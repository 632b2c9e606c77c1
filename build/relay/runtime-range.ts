const pageBytes = 4096

/** From byte `start` to before byte `end`. */
export interface SharedRange {
  readonly start: number
  readonly end: number
}

/**
 * Where nps and npc of one target are the same bytes: Bun. Before that is one page of headers, which say how long the rest is,
 * and after it the bundle. Throws when less than three quarters are the same, since packages would then carry Bun twice
 * (docs/adr/0048-the-runtime-once.md).
 */
export function runtimeRange(nps: Buffer, npc: Buffer): SharedRange {
  const start = pageBytes
  const shorter = Math.min(nps.length, npc.length)
  let end = start
  while (end + pageBytes <= shorter && nps.compare(npc, end, end + pageBytes, end, end + pageBytes) === 0)
    end += pageBytes
  if (end - start < shorter * 0.75)
    throw new Error(`nps and npc have only their bytes ${start} to ${end} of ${shorter} in common.`)
  return { start, end }
}
