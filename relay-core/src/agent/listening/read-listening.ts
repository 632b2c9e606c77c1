import type { Listening } from '../../api/listening.ts'
import { fitting } from './fitting.ts'
import { shortLine } from './short-line.ts'
import { darwinListeners } from './systems/darwin-listeners.ts'
import { linuxListeners } from './systems/linux-listeners.ts'
import type { ListenersQuestion } from './systems/listeners-question.ts'
import { windowsListeners } from './systems/windows-listeners.ts'
import { toldCommand } from './told-command.ts'

/** What listens on this machine, with whole command lines; null where the system does not tell. */
type ReadListeners = (question: ListenersQuestion) => Promise<Listening | null>

const systems: Partial<Record<NodeJS.Platform, ReadListeners>> = {
  linux: linuxListeners,
  darwin: darwinListeners,
  win32: windowsListeners,
}

/**
 * What npc tells its relay of this machine; null where its system does not tell. Reads this machine alone, and connects to nothing.
 * `read`: for tests.
 */
export async function readListening(
  question: ListenersQuestion,
  { read = systems[process.platform] }: { read?: ReadListeners | undefined } = {},
): Promise<Listening | null> {
  const found = await read?.(question)
  if (!found) return null
  const listeners = found.listeners.map((one) => ({
    ...one,
    owner: ownerName(one.owner),
    command: toldCommand(one.command),
    folder: one.isOwn ? shortLine(one.folder, 400) : '',
  }))
  const others = new Map<string, Listening['others'][number]>()
  for (const one of found.others) {
    const told = { owner: ownerName(one.owner), command: toldCommand(one.command) }
    others.set(JSON.stringify(told), told)
  }
  return fitting({ home: shortLine(found.home, 400), listeners, others: [...others.values()] })
}

function ownerName(owner: string | null): string | null {
  return owner === null ? null : shortLine(owner, 64)
}
