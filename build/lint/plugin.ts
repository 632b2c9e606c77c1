import { posix, relative, sep } from 'node:path'
import { handedClock } from './handed-clock.ts'
import { heardSignal } from './heard-signal.ts'
import { houses } from './houses.ts'
import type { RuleContext } from './rule-context.ts'
import { climb, type House } from './storeys.ts'

/** A node that names a module, in one of the ways that there are: import and export, `import('…')` as a call and as a type. */
interface ImportingNode {
  readonly source?: Specifier | null
  readonly argument?: Specifier & { readonly literal?: Specifier }
}

interface Specifier {
  readonly value?: unknown
  /** Of a template without expressions. */
  readonly quasis?: readonly { readonly value: { readonly cooked?: string } }[]
}

function specifierOf({ source, argument }: ImportingNode): string | undefined {
  const node = source ?? argument?.literal ?? argument
  const text = node?.quasis?.length === 1 ? node.quasis[0]?.value.cooked : node?.value
  return typeof text === 'string' ? text : undefined
}

const storeys = {
  create({ filename, cwd, report }: RuleContext) {
    const file = relative(cwd, filename).split(sep).join('/')
    // tests look at what they test from any storey
    if (file.endsWith('.test.ts')) return {}
    const check = (node: ImportingNode) => {
      const specifier = specifierOf(node)
      if (specifier === undefined) return
      for (const house of houses) {
        const message = specifier.startsWith('.')
          ? climb(house, file, posix.join(posix.dirname(file), specifier))
          : byOwnName(house, file, specifier)
        if (message !== null) report({ message, node })
      }
    }
    return {
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      ImportExpression: check,
      TSImportType: check,
    }
  },
}

/** A file that asks for its own package by name would go round the order of its folders. */
function byOwnName({ root, packageName }: House, file: string, specifier: string): string | null {
  const isOwn = packageName !== undefined && `${specifier}/`.startsWith(`${packageName}/`)
  return isOwn && file.startsWith(`${root}/`)
    ? `${specifier} is this package: import the file by its path.`
    : null
}

export default {
  meta: { name: 'house' },
  rules: { storeys, 'handed-clock': handedClock, 'heard-signal': heardSignal },
}
