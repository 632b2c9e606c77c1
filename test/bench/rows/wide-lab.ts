import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Measured } from '../figures.ts'
import type { AppTerminals } from '../lab/app-terminals.ts'
import { firstLoad } from '../lab/first-load.ts'
import { researchMissing, sshMissing } from '../lab/lab-programs.ts'
import { sshSession } from '../lab/bench-session.ts'
import { quantile } from '../quantile.ts'
import type { Act } from '../stage.ts'
import type { BenchRow } from './row.ts'
import { ofWideArea, shape } from './wide-area.ts'

const run = promisify(execFile)
const sshSessions = 7
const terminalsTimeoutMs = 120_000

/** What a person waits for who types `ssh` and then a key. */
export const wanSsh: BenchRow = {
  isWide: true,
  missing: () => Promise.resolve(sshMissing()),
  measure: async (act) => {
    const { place } = act.stage
    const login = await (await act.stage.labPrograms()).ssh()
    await shape(place, 100)
    const { host, port } = act.at('ssh')
    const command = place.visitor({ program: 'ssh', args: [...login, '-p', String(port), host] })
    await sshSession(command)
    const prompts: number[] = []
    const keys: number[] = []
    while (prompts.length < sshSessions) {
      const { promptMs, keyMs } = await sshSession(command)
      prompts.push(promptMs)
      keys.push(keyMs)
    }
    return { wanSshPrompt: quantile(prompts, 0.5), wanSshKey: quantile(keys, 0.5) }
  },
}

/** The first ones also open the session, and load the shell's files into memory. */
const warmUps = 2
const terminals = 20

interface TerminalTimes {
  readonly promptP50: number
  readonly promptP95: number
  readonly keyP50: number
}

/** Milliseconds to the prompt and to the first key's echo, in the app's terminal over an open session. */
async function appTerminal(act: Act, isKept: boolean): Promise<TerminalTimes> {
  const { place } = act.stage
  const { folder, user } = await (await act.stage.labPrograms()).sshOptions()
  const wanted: AppTerminals = { ...act.at('ssh'), user, folder, count: warmUps + terminals, isKept }
  const args = [join(import.meta.dirname, '../lab/app-terminals.ts'), JSON.stringify(wanted)]
  const command = place.visitor({ program: process.execPath, args })
  const { stdout } = await run(command.program, command.args, { timeout: terminalsTimeoutMs })
  const times = stdout.trim().split('\n').slice(warmUps)
  const opened = times.map((line) => JSON.parse(line) as { promptMs: number; keyMs: number })
  const prompts = opened.map(({ promptMs }) => promptMs)
  const keys = opened.map(({ keyMs }) => keyMs)
  return {
    promptP50: quantile(prompts, 0.5),
    promptP95: quantile(prompts, 0.95),
    keyP50: quantile(keys, 0.5),
  }
}

/** In a shell that tmux keeps, and in one that nobody keeps. */
async function appPrompts(act: Act) {
  const kept = await appTerminal(act, true)
  const plain = await appTerminal(act, false)
  return {
    prompts: {
      keptPrompt: kept.promptP50,
      keptPromptP95: kept.promptP95,
      plainPrompt: plain.promptP50,
      plainPromptP95: plain.promptP95,
    },
    plainKey: plain.keyP50,
  }
}

/** Without a network: what the app, the lab box's sshd and its shell take by themselves. */
export const terminal: BenchRow = {
  isFor: ({ name }) => name === 'ours',
  missing: () => Promise.resolve(sshMissing()),
  measure: async (act) => (await appPrompts(act)).prompts,
}

/** How long a person waits who opens a terminal in the app while a session is open, and then types a key. */
export const wanTerminal: BenchRow = {
  isWide: true,
  missing: () => Promise.resolve(sshMissing()),
  measure: async (act) => {
    await shape(act.stage.place, 100)
    const { prompts, plainKey } = await appPrompts(act)
    return { ...ofWideArea(prompts), wanTerminalKey: plainKey }
  },
}

interface LabPage {
  readonly program: 'jupyter' | 'board'
  readonly path: string
  /** By which a person sees that it is there. */
  readonly text: string
  /** Both in seconds, at 5 and at 100 Mbit/s. */
  readonly figures: (slow: number, fast: number) => Measured
}

/** What a person waits for who opens a page of the lab box for the first time, by a private tunnel, as the app makes them, and by the server. */
function firstLoadOf({ program, path, text, figures }: LabPage): BenchRow {
  return {
    isWide: true,
    isFor: ({ isPrivateToo }) => isPrivateToo === true,
    missing: researchMissing,
    measure: async ({ stage, pair }) => {
      const target = await (await stage.labPrograms())[program]()
      const { lab, visitor } = stage.place
      // The program itself, and the browser, have to have read their files once.
      await firstLoad(lab, { url: `http://${target}${path}`, text })
      const visit = await pair.visitPrivately?.(target)
      if (!visit) return {}
      const loadAt = async (megabits: number) => {
        await shape(stage.place, megabits)
        return (await firstLoad(visitor, { url: `http://127.0.0.1:${visit.port}${path}`, text })) / 1_000
      }
      try {
        const slow = await loadAt(5)
        return figures(slow, await loadAt(100))
      } finally {
        await visit.close()
      }
    },
  }
}

export const wanJupyter = firstLoadOf({
  program: 'jupyter',
  path: '/lab?reset',
  text: 'Notebook',
  figures: (wanSlowJupyter, wanJupyter) => ({ wanSlowJupyter, wanJupyter }),
})

export const wanTensorboard = firstLoadOf({
  program: 'board',
  path: '/',
  text: 'loss',
  figures: (wanSlowBoard, wanBoard) => ({ wanSlowBoard, wanBoard }),
})
