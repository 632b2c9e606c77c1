import { fileURLToPath } from 'node:url'
import { describe } from 'vitest'
import type { End, Layer } from './stock-pair.ts'
import { stockMissing, stockVersions } from './stock-programs.ts'
import { stockLinkSuite, stockSuite } from './stock-suite.ts'

const node: End = { ours: process.execPath }
const bun: End = {
  ours: fileURLToPath(new URL('../../node_modules/@oven/bun-linux-x64-baseline/bin/bun', import.meta.url)),
}
const layers: Layer[] = ['plain', 'crypt', 'compress']
const missing = stockMissing()

function rows(name: string, ends: { relay: End; agent: End }): void {
  const needsStock = 'stock' in ends.relay || 'stock' in ends.agent
  const leftOut = needsStock && missing ? ` (left out: ${missing})` : ''
  describe.skipIf(leftOut)(`${name}${leftOut}`, () => {
    for (const layer of layers) {
      describe(`${layer} payload`, () => {
        stockSuite(ends, layer)
      })
    }
    stockLinkSuite(ends)
  })
}

describe('stock protocol', () => {
  rows('our nps, our npc, on Node', { relay: node, agent: node })
  rows('our nps, our npc, on Bun', { relay: bun, agent: bun })
  for (const stock of stockVersions) {
    rows(`our nps, npc ${stock}`, { relay: node, agent: { stock } })
    rows(`nps ${stock}, our npc`, { relay: { stock }, agent: node })
  }
})
