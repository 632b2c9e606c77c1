import { cut } from '@nps-desktop/relay-core/api'
import { createHash } from 'node:crypto'

/** Most file systems take 255 bytes for a name; the rest is for what is put behind. */
const maxKeptBytes = 200

/** What a copy that has not ended is called, beside its place: with a mark of the very file that it is a part of. */
export function partName(
  name: string,
  original: { path: string; bytes: number; changedAtMs: number },
): string {
  // a lab box tells whole seconds
  const seconds = Math.floor(original.changedAtMs / 1000)
  const mark = createHash('sha256').update(`${original.bytes} ${seconds} ${original.path}`).digest('hex')
  return `${shortened(name)}.${mark.slice(0, 8)}.part`
}

/** `train (2).log` beside `train.log`: the first such name that is not taken. */
export function freeName(name: string, isTaken: (name: string) => boolean): string {
  if (!isTaken(name)) return name
  // the whole of `.tar.gz`, nothing of `.bashrc`
  const [, stem = name, ending = ''] = /^(.+?)((?:\.tar)?\.[^./\s]{1,12})$/.exec(name) ?? []
  for (let count = 2; ; count++) {
    const tried = `${shortened(stem)} (${count})${ending}`
    if (!isTaken(tried)) return tried
  }
}

function shortened(name: string): string {
  let short = name
  while (Buffer.byteLength(short) > maxKeptBytes) short = cut(short, short.length - 1)
  return short
}
