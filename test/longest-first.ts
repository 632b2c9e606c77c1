import { basename } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * What takes longest of its project although its file is small; in a checkout that has run nothing yet Vitest goes by the size of files, and these
 * would begin when nothing else is left to run beside them.
 */
const longest = [
  'unit-suite.windows.test.ts',
  'native.real.test.ts',
  'both-ours.real.test.ts',
  'stock-relays.real.test.ts',
  'stock-agents.real.test.ts',
  'both-stock.real.test.ts',
]

/** Vitest's order of test files, behind those that would end last. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const at = longest.indexOf(basename(moduleId))
      return at === -1 ? longest.length : at
    }
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b))
  }
}
