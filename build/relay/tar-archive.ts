/** Of a file's header, and what everything is filled up to. */
export const blockBytes = 512

export interface TarFile {
  readonly name: string
  readonly mode: number
  readonly body: Buffer
}

/** A ustar archive (POSIX.1-2017, pax) of plain files: root's, dated 1980, so that equal contents make equal bytes. */
export function tarArchive(files: readonly TarFile[]): Buffer {
  const parts = files.flatMap((file) => [
    header(file),
    file.body,
    Buffer.alloc((blockBytes - (file.body.length % blockBytes)) % blockBytes),
  ])
  return Buffer.concat([...parts, Buffer.alloc(2 * blockBytes)])
}

function header({ name, mode, body }: TarFile): Buffer {
  if (Buffer.byteLength(name) > 100) throw new Error(`The name is too long for ustar: ${name}`)
  const block = Buffer.alloc(blockBytes)
  const octal = (value: number, at: number, length: number) =>
    block.write(value.toString(8).padStart(length - 1, '0'), at, 'latin1')
  block.write(name, 0)
  octal(mode, 100, 8)
  octal(0, 108, 8)
  octal(0, 116, 8)
  octal(body.length, 124, 12)
  octal(315_532_800, 136, 12) // 1980-01-01
  block.fill(' ', 148, 156) // the checksum counts itself as spaces
  block.write('0', 156)
  block.write('ustar\u000000', 257, 'latin1')
  block.write('root', 265)
  block.write('root', 297)
  octal(
    block.reduce((sum, byte) => sum + byte, 0),
    148,
    7,
  )
  return block
}
