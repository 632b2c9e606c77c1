import type { SignInQuestion } from '@nps-desktop/electron/contract'
import { type Clock, Feed } from '@nps-desktop/relay-core/async'
import { newId } from '../ids.ts'
import type { AskPerson } from './ask-person.ts'

/** Less than sshd waits for the whole of a sign-in (LoginGraceTime, 120 s). */
const answerTimeoutMs = 100_000

/** The handlers of `signIn` that have to do with questions: those that are open, until each is answered, left or too late. */
export class SignInQuestions {
  readonly #clock: Clock
  readonly #feed = new Feed<SignInQuestion[]>([])
  readonly #open = new Map<string, (answers: readonly string[] | null) => void>()

  constructor({ clock }: { clock: Clock }) {
    this.#clock = clock
  }

  readonly ask: AskPerson = async (question, { signal }) => {
    if (signal.aborted) return null
    const id = newId('q')
    const { promise, resolve } = Promise.withResolvers<readonly string[] | null>()
    const none = (): void => resolve(null)
    using _late = this.#clock.after(answerTimeoutMs, none)
    signal.addEventListener('abort', none)
    this.#open.set(id, resolve)
    const prompts = question.prompts.map((prompt) => ({ ...prompt }))
    const untilMs = this.#clock.now() + answerTimeoutMs
    this.#feed.set([...this.#feed.value, { id, ...question, prompts, untilMs }])
    try {
      return await promise
    } finally {
      signal.removeEventListener('abort', none)
      this.#open.delete(id)
      this.#feed.set(this.#feed.value.filter((one) => one.id !== id))
    }
  }

  watch(signal: AbortSignal): AsyncGenerator<SignInQuestion[], void, void> {
    return this.#feed.watch(signal)
  }

  answer({ questionId, answers }: { questionId: string; answers: readonly string[] }): void {
    this.#open.get(questionId)?.(answers)
  }

  leave({ questionId }: { questionId: string }): void {
    this.#open.get(questionId)?.(null)
  }

  close(): void {
    for (const answer of this.#open.values()) answer(null)
    this.#feed.close()
  }
}
