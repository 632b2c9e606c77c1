import type { PortReport, PortState } from '@nps-desktop/electron/contract'
import { mount } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { createTexts } from '../locales/index.ts'
import { openPorts } from '../testing/open-ports.ts'
import PortGrid from './PortGrid.vue'

function report(states: PortState[], part: Partial<PortReport> = {}): PortReport {
  return {
    ...openPorts,
    range: { from: 7000, to: 7000 + states.length * 50 - 1 },
    cells: states.map((state, index) => ({
      from: 7000 + index * 50,
      to: 7049 + index * 50,
      tried: state === 'untried' ? 0 : 50,
      open: state === 'open' ? 50 : 0,
      state,
    })),
    tried: states.filter((state) => state !== 'untried').length * 50,
    open: 0,
    ...part,
  }
}

function show(value: PortReport) {
  return mount(PortGrid, { props: { report: value }, global: { plugins: [createTexts('en')] } })
}

test('a cell shows its state; a refusal is an answer and counts as open', () => {
  const grid = show(report(['open', 'refused-open', 'no-answer', 'closed-on-server', 'used', 'untried']))
  const looks = grid.findAll('[role=img] [data-look]').map((cell) => cell.attributes('data-look'))
  expect(looks).toEqual(['open', 'open', 'noAnswer', 'closed', 'used', 'untried'])
})

test('the legend names only what occurs, with counts', () => {
  const grid = show(report(['open', 'no-answer'], { open: 50, noAnswer: 50 }))
  expect(grid.findAll('.keys > span').map((key) => key.text())).toEqual(['Open 50', 'No answer 50'])
  expect(grid.get('[role=img]').attributes('aria-label')).toBe('Ports 7000–7099: Open 50, No answer 50')
})

test('a row is a thousand ports', () => {
  const grid = show(
    report(
      Array.from({ length: 40 }, () => 'open' as const),
      { open: 2000 },
    ),
  )
  expect(grid.findAll('.from').map((label) => label.text())).toEqual(['7000', '8000'])
})
