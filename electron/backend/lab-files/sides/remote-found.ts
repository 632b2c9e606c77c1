import { printable } from '@nps-desktop/relay-core/api'
import type { Attributes } from 'ssh2'
import type { Found } from './file-side.ts'

const kindBits = 0o170000
const kinds: Readonly<Record<number, Found['kind']>> = {
  0o040000: 'folder',
  0o100000: 'file',
  0o120000: 'link',
}

/** What the attributes of a path say. A server may leave each of them out. */
export function foundOf(attributes: Partial<Attributes>, longname = ''): Found {
  const { mode, size = 0, mtime = 0, uid } = attributes
  return {
    kind: mode === undefined ? kindOfLongname(longname) : (kinds[mode & kindBits] ?? 'other'),
    bytes: Math.max(0, size),
    changedAtMs: Math.max(0, mtime) * 1000,
    mode: mode === undefined ? null : mode & 0o777,
    owner: ownerOfLongname(longname) ?? (uid === undefined ? '' : String(uid)),
  }
}

/** Longer lines are none of `ls`; and of each, a part that is kept keeps the whole in memory. */
const maxLongname = 2_048

/** `longname` is a line as `ls -l` prints it: the only place where version 3 of the protocol names the owner. */
function ownerOfLongname(longname: string): string | undefined {
  const owner = longname.length > maxLongname ? null : /^\S{10,12}\s+\S+\s+(\S{1,64})\s/.exec(longname)
  return owner?.[1] === undefined ? undefined : printable(owner[1])
}

function kindOfLongname(longname: string): Found['kind'] {
  const letters: Readonly<Record<string, Found['kind']>> = { d: 'folder', l: 'link', '-': 'file' }
  return letters[longname.charAt(0)] ?? 'other'
}
