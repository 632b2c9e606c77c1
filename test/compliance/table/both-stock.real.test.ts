import { describe } from 'vitest'
import { pairs } from './pairs.ts'
import { allRows } from './rows/all.ts'
import { describeTable } from './table.ts'

describe('compliance: stock nps and npc, to compare with', () => {
  describeTable([pairs.stock], allRows)
})
