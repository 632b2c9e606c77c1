import { describe, expect, test } from 'vitest'
import {
  modeOfStockName,
  stockModeNames,
  takesSetting,
  tunnelModeNames,
  tunnelModes,
} from './tunnel-modes.ts'

describe('the table of tunnel modes', () => {
  test('no two modes have the same name in stock NPS', () => {
    expect(new Set(stockModeNames).size).toBe(stockModeNames.length)
    for (const mode of tunnelModeNames)
      for (const name of tunnelModes[mode].stockNames) expect(modeOfStockName(name)).toBe(mode)
  })

  test.each(['', 'host', 'private', 'tcpTrans', '__proto__'])(
    'stock NPS has no tunnels of the mode %j',
    (name) => {
      expect(modeOfStockName(name)).toBeUndefined()
    },
  )

  test('a tunnel without a port of its own is found by a name or by a password', () => {
    const portless = tunnelModeNames.filter((mode) => tunnelModes[mode].port === null)
    const found = tunnelModeNames.filter(
      (mode) => takesSetting(mode, 'host') || takesSetting(mode, 'password'),
    )
    expect(portless).toEqual(found)
  })

  test('a tunnel leads to its targets, to a folder, or to where its visitor says', () => {
    expect(
      tunnelModeNames.filter((mode) => tunnelModes[mode].hasTarget && takesSetting(mode, 'folder')),
    ).toEqual([])
  })
})
