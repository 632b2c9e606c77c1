import type { RuleContext } from './rule-context.ts'

export interface CallPart {
  readonly type?: string
  readonly name?: string
  readonly params?: readonly { readonly name?: string }[]
}

const message =
  '`withDeadline` waits for its work to end, and this work takes no signal that could end it. `until` leaves it behind.'

/** It has no parameter, or one that says by its name that nobody uses it. */
function isDeaf({ params: [signal, ...others] = [{}] }: CallPart): boolean {
  return signal === undefined || (others.length === 0 && signal.name?.startsWith('_') === true)
}

/** The work given to `withDeadline` takes the signal that ends it: else the deadline would end nothing. */
export const heardSignal = {
  create({ filename, report }: RuleContext) {
    // those of `withDeadline` give it all kinds of work
    if (filename.endsWith('.test.ts')) return {}
    return {
      CallExpression: ({
        callee,
        arguments: given,
      }: {
        callee: CallPart
        arguments: readonly CallPart[]
      }) => {
        const work = given[1]
        if (callee.name === 'withDeadline' && work && isDeaf(work)) report({ message, node: work })
      },
    }
  },
}
