import type { Listening } from '@nps-desktop/relay-core/api'
import { clean, type LookAnswer, type LookedProcess } from './look-answer.ts'

/** Accounts of people begin there (login.defs, UID_MIN); npc tells names and no numbers, and they only have to differ. */
const ownUid = 1_000

/** What npc tells of its lab box, or a look at Windows, as one by a shell would have it. Pure. */
export function lookOfListening({ home, listeners, others }: Listening): LookAnswer {
  const names = new Map<number, string>()
  const uidOf = (owner: string | null, isOwn: boolean): number => {
    if (isOwn) return ownUid
    if (owner === null) return 0
    const shown = clean(owner, 64)
    const known = [...names].find(([uid, name]) => uid !== ownUid && name === shown)?.[0]
    const uid = known ?? ownUid + 1 + names.size
    names.set(uid, shown)
    return uid
  }
  const own = new Map<number, LookedProcess[]>()
  const theirs: LookAnswer['others'][number][] = []
  const told = listeners.map(({ host, port, owner, isOwn, command, folder }, inode) => {
    if (isOwn && owner !== null) names.set(ownUid, clean(owner, 64))
    const uid = uidOf(owner, isOwn)
    if (isOwn && command.length > 0) own.set(inode, [{ args: command, folder }])
    else if (command.length > 0) theirs.push({ uid, args: command })
    return { host: host.includes(':') ? `[${host}]` : host, port, uid, inode }
  })
  for (const { owner, command } of others) theirs.push({ uid: uidOf(owner, false), args: command })
  const mine = { uid: ownUid, firstPersonUid: ownUid, home, own }
  return { ...mine, hasLooked: true, names, listeners: told, others: theirs, started: new Set(), running: [] }
}
