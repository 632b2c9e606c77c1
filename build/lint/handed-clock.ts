import type { RuleContext } from './rule-context.ts'

export interface SyntaxNode {
  readonly type?: string
  readonly name?: string
  readonly object?: SyntaxNode
}

const message =
  'A clock is handed in, so that a test can bring its own: systemClock is only what stands for one that is left out.'

/** `systemClock`, or something of it. */
function isOfSystem(node: SyntaxNode | null | undefined): boolean {
  if (node?.type === 'MemberExpression') return isOfSystem(node.object)
  return node?.type === 'Identifier' && node.name === 'systemClock'
}

/** Nobody asks `systemClock` for the time, gives it to others or takes it by another name: it is a default, or one of a root. */
export const handedClock = {
  create({ report }: RuleContext) {
    const check = (...nodes: readonly (SyntaxNode | null | undefined)[]) => {
      for (const node of nodes) if (isOfSystem(node)) report({ message, node })
    }
    const checkCall = (call: { readonly callee: SyntaxNode; readonly arguments: readonly SyntaxNode[] }) =>
      check(call.callee, ...call.arguments)
    const checkValue = ({ value }: { readonly value?: SyntaxNode | null }) => check(value)
    return {
      CallExpression: checkCall,
      NewExpression: checkCall,
      Property: checkValue,
      PropertyDefinition: checkValue,
      VariableDeclarator: ({ init }: { readonly init?: SyntaxNode | null }) => check(init),
      AssignmentExpression: ({ right }: { readonly right: SyntaxNode }) => check(right),
    }
  },
}
