/** Bytes that have passed the machine's network cards since it started. */
export interface LineBytes {
  readonly inBytes: number
  readonly outBytes: number
}

/** What programs can still be given, of /proc/meminfo; null where it does not say (before Linux 3.14). */
export function availableMemory(meminfo: string): number | null {
  const kibibytes = /^MemAvailable:\s+(\d+) kB$/m.exec(meminfo)?.[1]
  return kibibytes === undefined ? null : Number(kibibytes) * 1024
}

/**
 * What the cards that lead out have carried, by /proc/net/dev; those of bridges, containers and other tunnels carry the same
 * bytes once more. `route`: /proc/net/route. Null where no card is named.
 */
export function lineBytes(dev: string, route: string): LineBytes | null {
  // columns: name, destination, gateway, flags, …, mask; the way out has the destination 0
  const out = new Set(
    route.split('\n').flatMap((row) => {
      const [name, destination, , , , , , mask] = row.trim().split(/\s+/)
      return name && destination === '00000000' && mask === '00000000' ? [name] : []
    }),
  )
  let isKnown = false
  let [inBytes, outBytes] = [0, 0]
  for (const row of dev.split('\n')) {
    const [, name = '', values = ''] = /^\s*([^\s:]+):\s*(.*)$/.exec(row) ?? []
    if (!out.has(name)) continue
    // eight columns of what was received, then those of what was sent
    const columns = values.trim().split(/\s+/).map(Number)
    const [received, sent] = [columns[0], columns[8]]
    if (received === undefined || sent === undefined || !Number.isFinite(received + sent)) continue
    isKnown = true
    inBytes += received
    outBytes += sent
  }
  return isKnown ? { inBytes, outBytes } : null
}
