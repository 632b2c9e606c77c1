import type { Measured } from '../figures.ts'
import { firstLoad } from '../lab/first-load.ts'
import { researchMissing, sshMissing } from '../lab/lab-programs.ts'
import { sshSession } from '../lab/ssh-session.ts'
import { quantile } from '../quantile.ts'
import type { Row } from './row.ts'
import { shape } from './wide-area.ts'

const sshSessions = 7

/** What a person waits for who types `ssh` and then a key. */
export const wanSsh: Row = {
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

interface LabPage {
  readonly program: 'jupyter' | 'board'
  readonly path: string
  /** By which a person sees that it is there. */
  readonly text: string
  /** Both in seconds, at 5 and at 100 Mbit/s. */
  readonly figures: (slow: number, fast: number) => Measured
}

/** What a person waits for who opens a page of the lab box for the first time, by a private tunnel, as the app makes them, and by the server. */
function firstLoadOf({ program, path, text, figures }: LabPage): Row {
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
