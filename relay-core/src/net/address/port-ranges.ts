/** A list like `7000-9000,10001`: the ports on which tunnels may listen. */
export class PortRanges {
  /** Ascending as written, each inclusive; empty means every port, as in the stock file. */
  readonly ranges: ReadonlyArray<{ readonly first: number; readonly last: number }>

  constructor(ranges: ReadonlyArray<{ first: number; last: number }>) {
    this.ranges = ranges
  }

  /** Undefined when the text is not a list of ports and ranges from 1 to 65535. */
  static parse(text: string): PortRanges | undefined {
    if (text.trim() === '') return new PortRanges([])
    const ranges: { first: number; last: number }[] = []
    for (const part of text.split(',')) {
      const match = /^\s*(\d{1,5})(?:\s*-\s*(\d{1,5}))?\s*$/.exec(part)
      if (!match) return undefined
      const first = Number(match[1])
      const last = Number(match[2] ?? match[1])
      if (first < 1 || last > 65535 || first > last) return undefined
      ranges.push({ first, last })
    }
    return new PortRanges(ranges)
  }

  /** How many ports are named; one that is listed twice counts twice. */
  get count(): number {
    return this.ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0)
  }

  /** Each named port, as written. */
  *ports(): Generator<number> {
    for (const { first, last } of this.ranges) for (let port = first; port <= last; port++) yield port
  }

  has(port: number): boolean {
    return this.ranges.length === 0 || this.ranges.some(({ first, last }) => port >= first && port <= last)
  }

  /** Candidates for a new tunnel, in order. Without a list: 7000-9000, the range that setting up opens. */
  *candidates(): Generator<number> {
    const ranges = this.ranges.length === 0 ? [{ first: 7000, last: 9000 }] : this.ranges
    for (const { first, last } of ranges) for (let port = first; port <= last; port++) yield port
  }

  toString(): string {
    return this.ranges.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(',')
  }
}
