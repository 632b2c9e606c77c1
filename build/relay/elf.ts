/** What a Linux program asks of the machine it runs on. */
export interface ElfNeeds {
  readonly machine: 'x86_64' | 'aarch64' | 'other'
  /** The highest `GLIBC_x.y` among its version needs, such as `2.17`; null for a static program. */
  readonly glibc: string | null
}

const sectionGnuVersionNeed = 0x6ffffffe

/**
 * Reads the ELF64 header and the `.gnu.version_r` section (System V ABI; LSB core, symbol versioning).
 * Throws when it is not a little-endian ELF64 file.
 */
export function elfNeeds(file: Buffer): ElfNeeds {
  if (file.readUInt32BE(0) !== 0x7f454c46 || file[4] !== 2 || file[5] !== 1)
    throw new Error('not a little-endian ELF64 file')
  const code = file.readUInt16LE(18)
  const machine = code === 62 ? 'x86_64' : code === 183 ? 'aarch64' : 'other'
  const sections = readSections(file)
  const needs = sections.find(({ type }) => type === sectionGnuVersionNeed)
  const names = needs === undefined ? undefined : sections[needs.link]
  if (needs === undefined || names === undefined) return { machine, glibc: null }
  const versions: string[] = []
  let need = needs.offset
  for (let count = needs.info; count > 0; count--) {
    let auxiliary = need + file.readUInt32LE(need + 8)
    for (let left = file.readUInt16LE(need + 2); left > 0; left--) {
      const start = names.offset + file.readUInt32LE(auxiliary + 8)
      const name = file.toString('latin1', start, file.indexOf(0, start))
      if (name.startsWith('GLIBC_')) versions.push(name.slice('GLIBC_'.length))
      auxiliary += file.readUInt32LE(auxiliary + 12)
    }
    need += file.readUInt32LE(need + 12)
  }
  return { machine, glibc: versions.toSorted(compareVersions).at(-1) ?? null }
}

/** `2.9` comes before `2.17`. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => text.split('.').map(Number))
  for (let at = 0; at < 3; at++) {
    const difference = (left?.[at] ?? 0) - (right?.[at] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

function readSections(file: Buffer): { type: number; offset: number; link: number; info: number }[] {
  const start = Number(file.readBigUInt64LE(40))
  const size = file.readUInt16LE(58)
  return Array.from({ length: file.readUInt16LE(60) }, (_, index) => {
    const at = start + index * size
    return {
      type: file.readUInt32LE(at + 4),
      offset: Number(file.readBigUInt64LE(at + 24)),
      link: file.readUInt32LE(at + 40),
      info: file.readUInt32LE(at + 44),
    }
  })
}
