import type { StepDefinition } from './step-definition.ts'
import type { Workplace } from './workplace.ts'

interface SignInContext {
  readonly workplace: Workplace
}

/** Opens the one ssh session of the job. */
export const connectStep: StepDefinition<SignInContext> = {
  id: 'connect',
  redoneBy: ['secret', 'passphrase'],
  async run({ workplace }, { signal, fact }) {
    const started = performance.now()
    const { address } = await workplace.session(signal)
    fact('signed-in', { user: address.user, host: address.host, ms: Math.round(performance.now() - started) })
    const through = await workplace.jumpName()
    if (through !== null) fact('through-jump', { jump: through })
    return 'done'
  },
}

/** Root, sudo, or neither; on Windows an administrator or not. */
export const identityStep: StepDefinition<SignInContext> = {
  id: 'identity',
  redoneBy: ['sudoPassword', 'withoutRoot'],
  async run({ workplace }, { signal, fact }) {
    const { as, how, user } = await workplace.identity(signal)
    fact(as === 'user' ? 'without-root' : how === 'sudo' ? 'has-sudo' : 'is-root', { user })
    return 'done'
  },
}
