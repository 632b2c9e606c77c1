const pageBytes = 4096
const probeBytes = 4096
/** A stretch of `leastBytes` has at least three probes. */
const probeEveryBytes = 1024 * 1024
/** Below this, that packages would carry it twice would cost less than the further parts are worth. */
const leastBytes = 4 * 1024 * 1024

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

/**
 * The longest stretch that the runtimes of two processors have in common, each at a place of its own: tables of Unicode, languages and
 * time zones, mostly. Throws when it is shorter than 4 MiB, since packages would then carry those tables twice (docs/adr/0048-the-runtime-once.md).
 */
export function sharedData(one: Buffer, other: Buffer): readonly [SharedRange, SharedRange] {
  let longest = { start: 0, end: 0, shift: 0 }
  for (let at = 0; at + probeBytes <= one.length; at += probeEveryBytes) {
    if (at < longest.end) continue
    const there = other.indexOf(one.subarray(at, at + probeBytes))
    if (there === -1) continue
    const found = { ...stretch(one, other, { at, there }), shift: there - at }
    if (found.end - found.start > longest.end - longest.start) longest = found
  }
  const { start, end, shift } = longest
  if (end - start < leastBytes)
    throw new Error(`The runtimes of the two processors have only ${end - start} bytes in a row in common.`)
  return [
    { start, end },
    { start: start + shift, end: end + shift },
  ]
}

/** How far, before and after, the bytes at `at` of one and at `there` of the other are the same. */
function stretch(
  one: Buffer,
  other: Buffer,
  { at, there }: { at: number; there: number },
): { start: number; end: number } {
  const shift = there - at
  let start = at
  while (start > 0 && start + shift > 0 && one[start - 1] === other[start - 1 + shift]) start -= 1
  let end = at
  while (end < one.length && end + shift < other.length && one[end] === other[end + shift]) end += 1
  return { start, end }
}
