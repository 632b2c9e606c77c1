import { expect, test } from 'vitest'
import { createTexts } from './index.ts'
import { formatBytes, formatMemory, formatProgress, formatRate } from '../format/format-bytes.ts'
import { keepTogether } from './keep-together.ts'

const breaks = / /

test('a number and its unit never stand on two lines, in the figures themselves', () => {
  const texts = [
    formatBytes(3_000_000_000),
    formatRate(58_200),
    formatMemory(80 * 1024 ** 3),
    formatProgress(18_200_000, 31_400_000).total,
  ]
  expect(texts.filter((text) => breaks.test(text))).toEqual([])
})

test('nor in sentences, in either language', () => {
  const en = createTexts('en').global
  expect(en.t('units.minutes', { n: 46 })).toBe('46\u00a0min')
  expect(en.t('addTunnel.setMonth', { month: 50 })).toBe('50\u00a0GB a month')
  expect(en.t('addTunnel.setSpeed', { speed: 20 })).toBe('20\u00a0Mbit/s')
  const zh = createTexts('zh-CN').global
  expect(zh.t('addTunnel.setMonth', { month: 3 })).toBe('每月 3\u00a0GB')
  expect(zh.t('units.minutes', { n: 46 })).toBe('46\u00a0分钟')
})

test('other spaces break as they did', () => {
  const texts = ['6 h 46 min', '3 tunnels', 'port 7002 is taken', '20 Servers', '端口 7000 无应答']
  expect(texts.map(keepTogether)).toEqual(['6\u00a0h 46\u00a0min', ...texts.slice(1)])
})
