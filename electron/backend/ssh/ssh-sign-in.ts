import type { SshAddress, SshSecret } from '@nps-desktop/electron/contract'
import type { AnyAuthMethod } from 'ssh2'
import { type AskPerson, machineLines, type MachineQuestion } from './ask-person.ts'
import { loginFailure, type SignInAttempt, type SignInTalk } from './login-failure.ts'

export type UsableSecret = Exclude<SshSecret, { kind: 'stored' }>

/** One way to prove who one is, in the server's words (RFC 4252). Without `auth` it begins with a question. */
export interface SignInMethod {
  readonly name: 'password' | 'keyboard-interactive' | 'publickey'
  readonly auth?: AnyAuthMethod
}

interface Prompt {
  readonly prompt: string
  readonly echo?: boolean
}

/** As often as OpenSSH lets a person try (NumberOfPasswordPrompts). */
const maxTries = 3
/** More at once is no sign-in; PAM asks one by one. */
const maxPrompts = 8
/** Of what a machine says, for the words of a failure. */
const maxSaid = 20

export interface SignInOptions {
  readonly address: SshAddress
  /** As the person calls it. */
  readonly machine: string
  readonly secret: UsableSecret
  /** What the secret is good for, in the order in which it is tried. */
  readonly methods: readonly SignInMethod[]
  /** Absent: nobody is asked, and a question ends the sign-in. */
  readonly ask: AskPerson | undefined
  /** Aborted when the sign-in is over: takes a question back. */
  readonly signal: AbortSignal
  /** Ends the sign-in, since the machine waits for an answer that does not come. */
  readonly giveUp: (reason: Error) => void
}

/** One sign-in (RFC 4252): what is tried next, and who answers what the machine asks. */
export class SshSignIn {
  readonly #options: SignInOptions
  readonly #waiting: SignInMethod[]
  readonly #tried: string[] = []
  readonly #accepted: string[] = []
  readonly #talk: SignInTalk = { said: [], unanswered: null, wantsNewPassword: false, isRefused: false }
  #offered: readonly string[] = []
  #last: SignInMethod | null = null
  /** The password has been given in this attempt, or has done its part. */
  #isPasswordGiven = false
  #isAskedAnew = false
  /** Whether a person has answered in this attempt, and how many such attempts there were. */
  #hasAnswered = false
  #asked = 0

  constructor(options: SignInOptions) {
    this.#options = options
    this.#waiting = [...options.methods]
  }

  get attempt(): SignInAttempt {
    return { offered: this.#offered, tried: this.#tried, accepted: this.#accepted, talk: this.#talk }
  }

  /** A notice. What is said before anything was tried is for everybody. */
  hear(text: string): void {
    if (this.#tried.length > 0) this.#note(text)
  }

  /** It wants a new password before anything else. */
  wantsNewPassword(): Error {
    this.#talk.wantsNewPassword = true
    return loginFailure(this.#options.address, this.attempt)
  }

  /** Null: there is nothing more to try. `left`: what the machine still takes. Rejects where a person gives no answer. */
  async next(left: readonly string[], isPartial: boolean): Promise<AnyAuthMethod | null> {
    const last = this.#last
    const { user } = this.#options.address
    // ssh2 goes on with the other keys of an agent after one that is taken, and keeps what the machine said: it is asked again
    if (last?.auth?.type === 'agent' && !this.#isAskedAnew) {
      this.#isAskedAnew = true
      return { type: 'none', username: user }
    }
    this.#isAskedAnew = false
    // After a key that is taken ssh2 tries its other signatures, and the word that it was taken is lost: the machine then
    // lists no keys any more.
    const isTaken = last !== null && (isPartial || (last.name === 'publickey' && !left.includes('publickey')))
    if (isTaken) this.#take(last)
    if (this.#offered.length === 0 || isTaken) this.#offered = left
    this.#talk.isRefused = !isTaken && this.#hasAnswered
    const method =
      this.#talk.isRefused && last && left.includes(last.name) && this.#asked < maxTries
        ? last
        : this.#nextOf(left)
    this.#last = method
    this.#hasAnswered = false
    this.#isPasswordGiven = this.#accepted.some((name) => name !== 'publickey')
    if (!method) return null
    this.#tried.push(method.name)
    if (method.auth) return method.auth
    return method.name === 'password' ? await this.#askedPassword() : this.#questions()
  }

  #take(method: SignInMethod): void {
    this.#accepted.push(method.name)
    // what a key is not enough for, a person answers
    if (method.name === 'publickey' && this.#options.secret.kind !== 'password')
      this.#waiting.push({ name: 'keyboard-interactive' }, { name: 'password' })
  }

  #nextOf(left: readonly string[]): SignInMethod | null {
    const index = this.#waiting.findIndex(({ name }) => left.includes(name))
    return index < 0 ? null : (this.#waiting.splice(index, 1)[0] ?? null)
  }

  async #askedPassword(): Promise<AnyAuthMethod> {
    const { user } = this.#options.address
    const [password = ''] = await this.#askPerson({ instructions: '', prompts: [], isPassword: true })
    return { type: 'password', username: user, password }
  }

  #questions(): AnyAuthMethod {
    const { address, giveUp } = this.#options
    return {
      type: 'keyboard-interactive',
      username: address.user,
      prompt: (_name, instructions, _language, prompts, finish) => {
        this.#answersTo(instructions, prompts).then((answers) => finish([...answers]), giveUp)
      },
    }
  }

  async #answersTo(instructions: string, prompts: readonly Prompt[]): Promise<readonly string[]> {
    if (instructions.trim() !== '') this.#note(instructions)
    const renewed = prompts.find(({ prompt }) => /new\s.*password|retype|新.*密码/i.test(prompt))
    if (renewed) {
      this.#note(renewed.prompt)
      throw this.wantsNewPassword()
    }
    const known = prompts.map((prompt) => this.#answerTo(prompt, prompts.length))
    const open = prompts.filter((_, index) => known[index] === null)
    if (open.length === 0) return known.map((answer) => answer ?? '')
    this.#talk.unanswered = open[0]?.prompt ?? ''
    if (prompts.length > maxPrompts) throw loginFailure(this.#options.address, this.attempt)
    const answers = await this.#askPerson({
      instructions: machineLines(instructions),
      prompts: open.map(({ prompt, echo }) => ({ text: machineLines(prompt), echo: echo === true })),
      isPassword: false,
    })
    this.#talk.unanswered = null
    let next = 0
    return known.map((answer) => answer ?? answers[next++] ?? '')
  }

  /**
   * PAM asks for the password as a question without echo; the words are the machine's. One question alone is for it
   * whatever its words, unless they speak of something else, or the password was given before.
   */
  #answerTo({ prompt, echo }: Prompt, count: number): string | null {
    const { secret } = this.#options
    if (secret.kind !== 'password' || this.#isPasswordGiven || echo === true) return null
    const isPassword = /password|passwort|mot de passe|密码|口令/i.test(prompt)
    const isCode = /verif|code|one.?time|otp|token|factor|duo|passcode|pin\b|yubikey|动态|验证/i.test(prompt)
    if (isCode || !(isPassword || count === 1)) return null
    this.#isPasswordGiven = true
    return secret.password
  }

  async #askPerson(
    question: Pick<MachineQuestion, 'instructions' | 'prompts' | 'isPassword'>,
  ): Promise<readonly string[]> {
    const { address, machine, ask, signal } = this.#options
    const isAgain = this.#talk.isRefused && !this.#hasAnswered
    const whole: MachineQuestion = { machine, user: address.user, isAgain, ...question }
    const answers = (await ask?.(whole, { signal })) ?? null
    if (answers === null) throw loginFailure(address, this.attempt)
    if (!this.#hasAnswered) this.#asked++
    this.#hasAnswered = true
    return answers
  }

  #note(text: string): void {
    if (this.#talk.said.length < maxSaid) this.#talk.said.push(text)
  }
}
