import { describe, expect, it } from 'vitest'
import { cellsOf, samplesOf, summarize, tryingOrder } from './port-cells.ts'
import { scanPorts } from './scan-ports.ts'

const range = { from: 7000, to: 9000 }

describe('the port grid', () => {
  it('has cells of fifty, the last one shorter, and tries every port once', () => {
    const cells = cellsOf(range)
    expect(cells).toHaveLength(41)
    expect(cells.at(0)).toEqual({ from: 7000, to: 7049 })
    expect(cells.at(-1)).toEqual({ from: 9000, to: 9000 })
    expect(samplesOf({ from: 7000, to: 7049 })).toEqual([7000, 7016, 7033, 7049])
    expect(samplesOf({ from: 9000, to: 9000 })).toEqual([9000])
    const { samples, rest } = tryingOrder(range)
    expect(samples).toHaveLength(161)
    expect(new Set([...samples, ...rest]).size).toBe(2001)
    expect(samples.length + rest.length).toBe(2001)
  })

  it('counts, and a cell shows the worst that is known of it', () => {
    const states = new Map([
      [7000, 'open'],
      [7001, 'refused-open'],
      [7050, 'refused-open'],
      [7051, 'no-answer'],
      [7100, 'closed-on-server'],
    ] as const)
    const { cells, ...counts } = summarize({ from: 7000, to: 7199 }, states)
    expect(counts).toEqual({ tried: 5, open: 3, noAnswer: 1, closedOnServer: 1 })
    expect(cells.map(({ state, tried, open }) => [state, tried, open])).toEqual([
      ['open', 2, 2],
      ['no-answer', 2, 1],
      ['closed-on-server', 1, 0],
      ['untried', 0, 0],
    ])
  })

  it('takes a refusal on loopback for an open way', async () => {
    const told: number[] = []
    const states = await scanPorts(
      '127.0.0.1',
      { from: 64_000, to: 64_060 },
      { used: new Set(), onProgress: (soFar) => told.push(soFar.size), signal: new AbortController().signal },
    )
    expect(states.size).toBe(61)
    expect([...states.values()].every((state) => state === 'refused-open' || state === 'open')).toBe(true)
    expect(told.at(-1)).toBe(61)
  })

  it('asks again the few that were silent while this computer stood still', async () => {
    const asked: number[] = []
    const states = await scanPorts('203.0.113.7', range, {
      used: new Set(),
      onProgress: () => undefined,
      signal: new AbortController().signal,
      tryOne: (_host, port) => {
        const isSilent = port === 8999 || (port >= 7500 && port < 7660 && !asked.includes(port))
        asked.push(port)
        return Promise.resolve({ answer: isSilent ? 'silent' : 'refused', ms: 1 })
      },
    })
    expect([...states].filter(([, state]) => state !== 'refused-open')).toEqual([[8999, 'no-answer']])
    expect(asked).toHaveLength(2001 + 161)
  })
})
