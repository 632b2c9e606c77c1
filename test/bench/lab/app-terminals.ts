/**
 * The app's terminal in a process of its own, on this machine's sshd: opens one shell after the other over one session, as a
 * person's clicks do, and prints what each took as a line of JSON: to its prompt, and from the first key to its echo.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { systemClock } from '@nps-desktop/relay-core/async'
import { TerminalTab } from '../../../electron/backend/terminals/terminal-tab.ts'
import { sessionsOn } from '../../harness/lab-of-sshd.ts'

export interface AppTerminals {
  readonly host: string
  readonly port: number
  readonly user: string
  /** With the host's key and the person's. */
  readonly folder: string
  /** Shells to open: by a machine that keeps them, and by one that does not. */
  readonly count: number
  readonly isKept: boolean
}

/** A shell asks with `$ ` or `# `; tmux moves the cursor in place of the space, or draws the empty lines below first. */
const prompt = /[#$]\s*$/
/** A key that is in no prompt, and that the shell does not react to. */
const key = '@'
const timeoutMs = 60_000

const { count, isKept, ...sshd } = JSON.parse(process.argv[2] ?? '') as AppTerminals
const privateKey = await readFile(join(sshd.folder, 'user'), 'utf8')
const sessions = await sessionsOn({ ...sshd, privateKey })
const machine = { kind: 'lab', id: 'l1' } as const
// Each with a name of its own, since the lab box keeps the shells of earlier runs. The session stays open for a minute after each shell.
for (let number = 0; number < count; number += 1)
  console.log(JSON.stringify(await openOne(`t${process.pid}n${number}`)))
sessions.close()

async function openOne(id: string): Promise<{ promptMs: number; keyMs: number }> {
  const tab = new TerminalTab({
    id,
    machine,
    size: { cols: 80, rows: 24 },
    isKept: false,
    sessions,
    clock: systemClock,
    wantsKept: () => isKept,
    onChange: () => undefined,
  })
  const clickedAtMs = performance.now()
  tab.start({ asks: true })
  let said = ''
  let promptAtMs = 0
  try {
    for await (const { text, place } of tab.read(null, AbortSignal.timeout(timeoutMs))) {
      said += text
      tab.acknowledge(place)
      if (promptAtMs === 0 && prompt.test(stripVTControlCharacters(said))) {
        promptAtMs = performance.now()
        said = ''
        void tab.write(key)
      } else if (promptAtMs > 0 && said.includes(key))
        return { promptMs: promptAtMs - clickedAtMs, keyMs: performance.now() - promptAtMs }
    }
    throw new Error(`the shell has ended: ${said}`)
  } finally {
    await tab.close()
  }
}
