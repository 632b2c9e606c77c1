import { describe, expect, it } from 'vitest'
import { addPorts, allPorts, parsePortRange, removePorts } from './allowed-ports.ts'

const range = (first: number, last: number) => ({ first, last })

describe('port ranges', () => {
  it('reads a port, a range with a dash and a range with a slash', () => {
    expect(parsePortRange('22')).toEqual(range(22, 22))
    expect(parsePortRange('7000-9000')).toEqual(range(7000, 9000))
    expect(parsePortRange('7000/9000')).toEqual(range(7000, 9000))
  })

  it.each(['', '9000-7000', '65536', '22,80', 'ssh'])('refuses %o', (text) => {
    expect(() => parsePortRange(text)).toThrow(/is not a port range/)
  })

  it('merges ranges that touch or overlap and keeps the others apart', () => {
    expect(addPorts([range(22, 22), range(80, 90)], range(91, 100))).toEqual([range(22, 22), range(80, 100)])
    expect(addPorts([range(22, 22), range(80, 90)], range(1, 85))).toEqual([range(1, 90)])
  })

  it('cuts a hole', () => {
    expect(removePorts([allPorts], range(7000, 9000))).toEqual([range(0, 6999), range(9001, 65_535)])
    expect(removePorts([range(22, 22), range(80, 90)], range(20, 85))).toEqual([range(86, 90)])
    expect(removePorts([range(22, 22)], range(22, 22))).toEqual([])
  })
})
