import { deadlines, figures, type FigureName } from './figures.ts'
import { goals, judge } from './goals.ts'
import type { ComparedPair } from './compared-pair.ts'
import { shape } from './place.ts'
import type { Results } from './results.ts'

export interface Report {
  readonly results: Results
  readonly pairs: readonly ComparedPair[]
  readonly leftOut: readonly string[]
  readonly rounds: number
  readonly machine: string
}

/** Markdown: what was compared, the medians, the goals, and what is missing. */
export function report({ results, pairs, leftOut, rounds, machine }: Report): string {
  const cell = (pair: ComparedPair, figure: FigureName) => {
    const value = results.median(pair.name, figure)
    if (value === undefined) return ''
    return value === null ? `> ${deadlines[figure] ?? '?'}` : value.toFixed(figures[figure].digits)
  }
  const names = pairs.map(({ name }) => name)
  const table = [
    ['', '', ...names],
    ['---', '---', ...names.map(() => '--:')],
    ...results.measured.map((figure) => [
      figures[figure].title,
      figures[figure].unit,
      ...pairs.map((pair) => cell(pair, figure)),
    ]),
  ]
  const judged = goals.flatMap((goal) => judge(goal, results) ?? [])
  return [
    `${new Date().toISOString().slice(0, 10)}, ${machine}`,
    `Medians of ${rounds} ${rounds === 1 ? 'round' : 'rounds'}, in which the pairs took turns; memory, shaped link, dead link and restart once.`,
    '',
    lines(table),
    '',
    ...pairs.map(({ name, what }) => `* **${name}**: ${what}`),
    '',
    `MB is 10⁶ bytes. Shaped link: a veth pair, \`${shape}\` both ways.`,
    ...(leftOut.length > 0 ? ['', 'Left out:', '', ...leftOut.map((one) => `* ${one}`)] : []),
    ...(judged.length > 0
      ? [
          '',
          lines([
            ['goal', 'measured', ''],
            ['---', '--:', '---'],
            ...judged.map(({ goal, measured, isReached }) => [goal, measured, isReached ? 'yes' : '**no**']),
          ]),
        ]
      : []),
    '',
  ].join('\n')
}

function lines(table: readonly (readonly string[])[]): string {
  return table.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
