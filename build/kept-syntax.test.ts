import { build, stop } from 'esbuild'
import { afterAll, expect, test } from 'vitest'
import { keptSyntax } from './kept-syntax.ts'

afterAll(stop)

const source = `
  let turn = 0
  for (;;) {
    turn += 1
    try {
      using nothing = { [Symbol.dispose]() {} }
      if (turn === 1) throw new Error('only the first turn fails')
      break
    } catch (error) {
      if (turn > 1) throw error
    }
  }
  export const turns = turn
`

test('in a bundle, a turn of a loop that failed does not fail the next one', async () => {
  const { outputFiles } = await build({
    stdin: { contents: source, loader: 'ts' },
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2023',
    supported: keptSyntax,
  })
  const code = Buffer.from(outputFiles[0]?.contents ?? []).toString('base64')
  const bundled: { turns: number } = await import(`data:text/javascript;base64,${code}`)
  expect(bundled.turns).toBe(2)
})
