import { posix, relative, sep } from 'node:path'
import { houses } from './houses.ts'
import { climb } from './storeys.ts'

/** The part of ESLint's rule API that is used here; oxlint speaks it (https://oxc.rs/docs/guide/usage/linter/js-plugins). */
interface RuleContext {
  readonly filename: string
  readonly cwd: string
  readonly report: (problem: { readonly message: string; readonly node: unknown }) => void
}

interface ImportingNode {
  readonly source?: { readonly value?: unknown } | null
}

const storeys = {
  create({ filename, cwd, report }: RuleContext) {
    const file = relative(cwd, filename).split(sep).join('/')
    // tests look at what they test from any storey
    if (file.endsWith('.test.ts')) return {}
    const check = (node: ImportingNode) => {
      const specifier = node.source?.value
      if (typeof specifier !== 'string' || !specifier.startsWith('.')) return
      const imported = posix.join(posix.dirname(file), specifier)
      for (const house of houses) {
        const message = climb(house, file, imported)
        if (message !== null) report({ message, node })
      }
    }
    return {
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      ImportExpression: check,
    }
  },
}

export default { meta: { name: 'house' }, rules: { storeys } }
