import { desktopContract } from '@nps-desktop/electron/contract'
import type { Failure, SignInQuestion } from '@nps-desktop/electron/contract'
import { implement } from '@orpc/server'
import type { Shot } from '../shots/shot.ts'
import { Changes } from './world-changes.ts'
import { lab, server, tunnel } from './world.ts'
import type { World } from './world.ts'
import { world } from './usual-world.ts'

const os = implement(desktopContract).signIn

/** Answers the sign-in's part of the contract: each question goes when it is answered or left. */
export function signInOf(world: World) {
  const changed = new Changes()
  const drop = (questionId: string): Record<string, never> => {
    world.questions = world.questions?.filter(({ id }) => id !== questionId) ?? []
    changed.tell()
    return {}
  }
  return {
    questions: os.questions.handler(async function* ({ signal }) {
      yield world.questions ?? []
      for await (const _ of changed.each(signal)) yield world.questions ?? []
    }),
    answer: os.answer.handler(async ({ input }) => drop(input.questionId)),
    leave: os.leave.handler(async ({ input }) => drop(input.questionId)),
    lab: os.lab.handler(async () => ({})),
  }
}

function question(part: Partial<SignInQuestion>): () => SignInQuestion {
  return () => ({
    id: 'qOne',
    machine: 'lab-a100',
    user: 'goudan',
    instructions: '',
    prompts: [{ text: 'Verification code:', echo: false }],
    isPassword: false,
    isAgain: false,
    untilMs: Date.now() + 94_500,
    ...part,
  })
}

function signInWorld(asked: (() => SignInQuestion) | null): () => World {
  return () => {
    const cloud = server('s1', 'cloud-hz', '120.1.1.2', 12)
    const a100 = lab('l1', 's1', 'lab-a100')
    const ssh = tunnel(a100, '120.1.1.2', 'ssh', 7001, { target: '127.0.0.1:22' })
    return world(
      { servers: [cloud], labs: [a100], tunnels: [ssh] },
      {
        questions: asked ? [asked()] : [],
        cards: new Map([['l1', { reading: null, minutes: [], failure: needed }]]),
        terminals: [
          {
            id: 'tScenario3',
            machine: { kind: 'lab', id: 'l1' },
            state: { state: 'failed', failure: needed },
            keeper: 'tmux',
            user: 'goudan',
          },
        ],
      },
    )
  }
}

const needed: Failure = {
  code: 'second-factor-needed',
  params: { host: 'lab-a100', user: 'goudan', prompt: 'Verification code:' },
  message: 'lab-a100 asks goudan for more than this app knows: "Verification code:".',
  fixes: [{ action: 'sign-in', labId: 'l1' }],
}

const push = [
  'Duo two-factor login for goudan',
  '',
  ' 1. Push to +86 *** **** 4711',
  ' 2. SMS passcodes',
  '',
  'Passcode or option (1-2):',
].join('\n')

export const signInWorlds: Record<string, () => World> = {
  'sign-in-code': signInWorld(
    question({ prompts: [{ text: 'Password:', echo: false }, ...question({})().prompts] }),
  ),
  'sign-in-again': signInWorld(question({ isAgain: true, prompts: [{ text: push, echo: true }] })),
  'sign-in-needed': signInWorld(null),
}

const ready = '.dialog'
export const signInShots: readonly Shot[] = [
  { name: 'sign-in-code', scenario: 'sign-in-code', path: 'labs/l1', ready },
  { name: 'sign-in-again', scenario: 'sign-in-again', path: 'labs/l1', ready },
  { name: 'sign-in-needed', scenario: 'sign-in-needed', path: 'labs/l1', ready: '.fault' },
  { name: 'terminal-needs-code', scenario: 'sign-in-needed', path: 'terminal', ready: '.fault' },
]
