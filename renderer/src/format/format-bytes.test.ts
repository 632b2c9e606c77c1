import { expect, test } from 'vitest'
import { formatBytes, formatProgress } from './format-bytes.ts'

/** The space that does not break, as any other. */
const spaced = (text: string): string => text.replace('\u00a0', ' ')

test('decimal units with at most three digits', () => {
  const values = [0, 340, 999, 1_000, 58_200, 806_000, 999_499, 999_600, 3_414_000, 28_100_000_000]
  expect(values.map(formatBytes).map(spaced)).toEqual([
    '0 B',
    '340 B',
    '999 B',
    '1.0 KB',
    '58.2 KB',
    '806 KB',
    '999 KB',
    '1.00 MB',
    '3.41 MB',
    '28.1 GB',
  ])
})

test('progress speaks in the unit of the total', () => {
  expect(formatProgress(18_200_000, 31_400_000)).toEqual({ done: '18.2', total: '31.4\u00a0MB' })
})
