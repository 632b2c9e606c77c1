import type { RuleContext } from './rule-context.ts'

export interface CallPart {
  readonly type?: string
  readonly name?: string
  readonly params?: readonly unknown[]
}

const message =
  '`withDeadline` waits for its work to end, and this work takes no signal that could end it. `until` leaves it behind.'

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
        if (callee.name === 'withDeadline' && work?.params?.length === 0) report({ message, node: work })
      },
    }
  },
}
