import { describe } from 'vitest'
import { pairs } from './pairs.ts'
import { allRows } from './rows/all.ts'
import { describeTable } from './table.ts'

describe('compliance: our nps and our npc', () => {
  describeTable([pairs.native, pairs.ours], allRows)
})
