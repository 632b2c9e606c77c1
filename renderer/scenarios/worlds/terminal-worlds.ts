import { desktopContract } from '@nps-desktop/electron/contract'
import type { MachineRef, Terminal, TerminalState } from '@nps-desktop/electron/contract'
import { implement } from '@orpc/server'
import type { Shot } from '../shots/shot.ts'
import { Changes } from './world-changes.ts'
import { hourMs, lab, minuteMs, server, tunnel } from './world.ts'
import type { World } from './world.ts'
import { world } from './usual-world.ts'

const os = implement(desktopContract).terminals

/** Answers the terminals' part of the contract: each shows its text, and takes what is typed as it is. */
export function terminalsOf(world: World) {
  const changed = new Changes()
  const all = (): Terminal[] => (world.terminals ??= [])
  const nothing = async (): Promise<Record<string, never>> => ({})
  const set = (id: string, state: TerminalState): void => {
    world.terminals = all().map((one) => (one.id === id ? { ...one, state } : one))
    changed.tell()
  }
  return {
    watch: os.watch.handler(async function* ({ signal }) {
      yield all()
      for await (const _ of changed.each(signal)) yield all()
    }),
    open: os.open.handler(async ({ input }) => {
      const terminalId = `tScenario${all().length + 1}`
      const state = { state: 'open', sinceMs: Date.now() } as const
      world.terminals = [
        ...all(),
        { id: terminalId, machine: input.machine, state, keeper: 'tmux', user: 'goudan' },
      ]
      changed.tell()
      return { terminalId }
    }),
    output: os.output.handler(async function* ({ input, signal }) {
      const run = 'scenario'
      if (input.from === null) {
        const text = texts[input.terminalId] ?? prompt
        yield { place: { run, offset: text.length }, text, reset: false, replay: true }
      }
      for await (const _ of new Changes().each(signal)) continue
    }),
    acknowledge: os.acknowledge.handler(nothing),
    write: os.write.handler(async () => ({ taken: true })),
    resize: os.resize.handler(nothing),
    tryNow: os.tryNow.handler(async ({ input }) => {
      set(input.terminalId, { state: 'open', sinceMs: Date.now() })
      return {}
    }),
    startAgain: os.startAgain.handler(async ({ input }) => {
      set(input.terminalId, { state: 'open', sinceMs: Date.now() })
      return {}
    }),
    close: os.close.handler(async ({ input }) => {
      world.terminals = all().filter(({ id }) => id !== input.terminalId)
      changed.tell()
      return {}
    }),
    kept: os.kept.handler(async () => [
      {
        id: 'tKeptOne01',
        startedAtMs: Date.now() - 3 * hourMs,
        command: 'python',
        folder: '/home/goudan/project-x',
      },
    ]),
    endKept: os.endKept.handler(nothing),
  }
}

const prompt = '\u001b[32mgoudan@lab-a100\u001b[0m:\u001b[34m~/project-x\u001b[0m$ '

function trainingLog(): string {
  const steps = Array.from({ length: 16 }, (_, at) => {
    const time = new Date(Date.UTC(2026, 0, 1, 10, 37, 32 + 12 * at)).toISOString().slice(11, 19)
    const loss = (1.31 - at * 0.0022).toFixed(4)
    return `\u001b[90m${time}\u001b[0m step ${4100 + 10 * at}  loss ${loss}  lr 1.86e-05  41.${at % 6} k tok/s  grad 0.4${at % 8}`
  })
  return [
    `\u001b]0;tail:/home/goudan/project-x\u0007${prompt}nvidia-smi --query-gpu=index,memory.used --format=csv`,
    'index, memory.used [MiB]',
    '0, 58368 MiB',
    '1, 57984 MiB',
    '2, 39578 MiB',
    '3, 477 MiB',
    `${prompt}conda activate llm`,
    `\u001b[32m(llm) \u001b[0m${prompt}du -sh runs/*`,
    '28G     runs/llama-ft',
    '6.1G    runs/llama-ft-lr5e6',
    '412M    runs/smoke',
    `\u001b[32m(llm) \u001b[0m${prompt}tail -n 40 -f runs/llama-ft/train.log`,
    ...steps,
    '\u001b[33msaving checkpoint-4220 to runs/llama-ft …\u001b[0m \u001b[32mdone, 4.98 GB in 11 s\u001b[0m',
    'http://localhost:8889/lab?token=9d1fd7b2c0 · 中文与 emoji 🙂 一行',
    '',
  ].join('\r\n')
}

const texts: Readonly<Record<string, string>> = {
  tScenario1: trainingLog(),
  tScenario2: `\u001b]0;nvtop:/home/goudan\u0007${prompt}nvtop\r\n`,
  tScenario3: `\u001b]0;bash:/root\u0007\u001b[32mroot@cloud-hz\u001b[0m:\u001b[34m~\u001b[0m# `,
}

function terminalWorld(make: () => TerminalState): () => World {
  return () => {
    const front = make()
    const cloud = server('s1', 'cloud-hz', '120.1.1.2', 12)
    const a100 = lab('l1', 's1', 'lab-a100')
    const v100 = lab('l2', 's1', 'lab-v100')
    const ssh = tunnel(a100, '120.1.1.2', 'ssh', 7001, { target: '127.0.0.1:22' })
    const open = { state: 'open', sinceMs: Date.now() - 2 * hourMs - 12 * minuteMs } as const
    const one = (id: string, machine: MachineRef, state: TerminalState): Terminal => ({
      id,
      machine,
      state,
      keeper: 'tmux',
      user: 'goudan',
    })
    return world(
      { servers: [cloud], labs: [a100, v100], tunnels: [ssh] },
      {
        terminals: [
          one('tScenario2', { kind: 'lab', id: 'l1' }, front.state === 'lost' ? front : open),
          one('tScenario3', { kind: 'server', id: 's1' }, open),
          one('tScenario1', { kind: 'lab', id: 'l1' }, front),
        ],
      },
    )
  }
}

const lost = {
  code: 'ssh-lost',
  params: { host: '120.1.1.2', reason: '' },
  message: 'The SSH connection to 120.1.1.2 broke off.',
  fixes: [{ action: 'retry' as const }],
} as const

export const terminalWorlds: Record<string, () => World> = {
  terminal: terminalWorld(() => ({ state: 'open', sinceMs: Date.now() - 2 * hourMs - 12 * minuteMs })),
  'terminal-lost': terminalWorld(() => ({
    state: 'lost',
    sinceMs: Date.now() - 20_000,
    failure: { ...lost, fixes: [...lost.fixes] },
    retryAtMs: Date.now() + 4_900,
    unanswered: 9,
  })),
  'terminal-ended': terminalWorld(() => ({
    state: 'ended',
    atMs: Date.now() - minuteMs,
    why: 'exit',
    exitCode: 0,
  })),
  'terminal-none': () => ({ ...terminalWorld(() => ({ state: 'resting' }))(), terminals: [] }),
}

const ready = '.xterm-rows'
export const terminalShots: readonly Shot[] = [
  { name: 'terminal', scenario: 'terminal', path: 'terminal', ready },
  {
    name: 'terminal-lost',
    scenario: 'terminal-lost',
    path: 'terminal',
    ready,
    act: async (page) => {
      await page.keyboard.press('Control+Shift+F')
      await page.getByRole('search').getByRole('textbox').fill('loss')
      await page.locator('.findbar .n').getByText(/16/).waitFor()
    },
  },
  { name: 'terminal-ended', scenario: 'terminal-ended', path: 'terminal', ready },
  {
    name: 'terminal-menu',
    scenario: 'terminal',
    path: 'terminal',
    ready,
    act: async (page) => {
      await page.locator('.acts .icon-button').last().click()
      await page.getByRole('menu').waitFor()
    },
  },
  {
    name: 'terminal-new',
    scenario: 'terminal',
    path: 'terminal',
    ready,
    act: async (page) => {
      await page.locator('.tabs > .icon-button').click()
      await page.getByRole('menu').waitFor()
    },
  },
  { name: 'terminal-trial', scenario: 'trial', path: 'terminal', ready: '.empty' },
  {
    name: 'terminal-none',
    scenario: 'terminal-none',
    path: 'terminal',
    ready: '.line',
    act: async (page) => {
      await page.locator('.line .quiet').first().click()
      await page.locator('.line.kept').waitFor()
    },
  },
]
