import type { ChosenName, NameChoice } from '@nps-desktop/electron/contract'
import { ref } from 'vue'
import type { Ref } from 'vue'

interface Conflict {
  readonly name: string
  readonly isFolder: boolean
  readonly bytes: number
  readonly changedAtMs: number
}
type Start = (choices: ChosenName[]) => Promise<{ conflicts: Conflict[] }>

export interface CopyStart {
  /** What is to be decided now, and how many more there are after it. */
  readonly question: Ref<{ conflict: Conflict; others: number } | null>
  /** Starts, or asks first; after those that were begun before and have not been answered yet. */
  begin(start: Start): Promise<void>
  answer(choice: NameChoice, forAll: boolean): Promise<void>
  /** Nothing is copied. */
  leave(): Promise<void>
}

/** Starts copies; asks for each name that is taken before anything begins. */
export function useCopyStart(run: (work: () => Promise<void>) => Promise<unknown>): CopyStart {
  const question = ref<CopyStart['question']['value']>(null)
  const waiting: Start[] = []
  let isBusy = false
  let start: Start | null = null
  let choices: ChosenName[] = []
  let open: Conflict[] = []

  async function go(): Promise<void> {
    await run(async () => {
      const { conflicts } = (await start?.(choices)) ?? { conflicts: [] }
      open = conflicts
      ask()
    })
    if (question.value === null) await next()
  }
  async function next(): Promise<void> {
    start = waiting.shift() ?? null
    isBusy = start !== null
    choices = []
    if (isBusy) await go()
  }
  function ask(): void {
    const [conflict] = open
    question.value = conflict ? { conflict, others: open.length - 1 } : null
  }
  return {
    question,
    async begin(one) {
      waiting.push(one)
      if (!isBusy) await next()
    },
    async answer(choice, forAll) {
      const answered = forAll ? open : open.slice(0, 1)
      choices = [...choices, ...answered.map(({ name }) => ({ name, choice }))]
      open = open.slice(answered.length)
      if (open.length > 0) return ask()
      question.value = null
      await go()
    },
    async leave() {
      question.value = null
      await next()
    },
  }
}
