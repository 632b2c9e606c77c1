/** A part of a Mach-O file and the load command that tells of it, as offsets in the file. */
export interface MachOPart {
  readonly command: number
  readonly offset: number
  readonly bytes: number
}

/** What is read of a program for macOS: a 64-bit little-endian Mach-O file for one processor. */
export interface MachO {
  readonly machine: 'x86_64' | 'arm64' | 'other'
  /** By name: `__TEXT`, `__LINKEDIT`. */
  readonly segments: ReadonlyMap<string, MachOPart>
  /** Undefined when the program is not signed. */
  readonly signature: MachOPart | undefined
}

// mach-o/loader.h
const magic64 = 0xfeedfacf
const headerBytes = 32
const segment64 = 0x19
const codeSignature = 0x1d

/** Throws when it is no such file. */
export function readMachO(file: Buffer): MachO {
  if (file.readUInt32LE(0) !== magic64) throw new Error('not a 64-bit little-endian Mach-O file')
  const cpu = file.readUInt32LE(4)
  const segments = new Map<string, MachOPart>()
  let signature: MachOPart | undefined
  let command = headerBytes
  for (let left = file.readUInt32LE(16); left > 0; left--) {
    const kind = file.readUInt32LE(command)
    if (kind === segment64) {
      const name = file.toString('latin1', command + 8, command + 24).replace(/\0+$/, '')
      const offset = Number(file.readBigUInt64LE(command + 40))
      segments.set(name, { command, offset, bytes: Number(file.readBigUInt64LE(command + 48)) })
    }
    if (kind === codeSignature)
      signature = { command, offset: file.readUInt32LE(command + 8), bytes: file.readUInt32LE(command + 12) }
    command += file.readUInt32LE(command + 4)
  }
  const machine = cpu === 0x01000007 ? 'x86_64' : cpu === 0x0100000c ? 'arm64' : 'other'
  return { machine, segments, signature }
}
