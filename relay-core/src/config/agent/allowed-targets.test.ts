import { describe, expect, it } from 'vitest'
import { allowedTargets, allowTargetProblem } from './allowed-targets.ts'

const may = (list: string | null, host: string, port: number, address = host) =>
  allowedTargets(list)({ host, port }, address)

describe('what an agent may dial', () => {
  it('is everything without a list, but for the addresses where clouds hand out passwords', () => {
    expect(may(null, '10.0.0.9', 22)).toBe(true)
    for (const address of [
      '169.254.169.254',
      '100.100.100.200',
      'fd00:ec2::254',
      '::ffff:169.254.169.254',
      '::ffff:a9fe:a9fe',
    ])
      expect(may(null, address, 80)).toBe(false)
    expect(may(null, 'metadata.example', 80, '169.254.169.254')).toBe(false)
  })

  it('is what the list names, on the ports that it names', () => {
    const list = '127.0.0.1, 10.1.0.0/16:22, [fd00::/8]:8000-8999, nas.lab:445'
    expect(may(list, '127.0.0.1', 8888)).toBe(true)
    expect(may(list, '::ffff:127.0.0.1', 8888)).toBe(true)
    expect(may(list, '10.1.2.3', 22)).toBe(true)
    expect(may(list, '10.1.2.3', 23)).toBe(false)
    expect(may(list, '10.2.0.1', 22)).toBe(false)
    expect(may(list, 'fd00::7', 8500)).toBe(true)
    expect(may(list, 'fd00::7', 9000)).toBe(false)
    expect(may(list, 'NAS.lab', 445, '10.9.9.9')).toBe(true)
    expect(may(list, 'other.lab', 445, '10.9.9.9')).toBe(false)
  })

  it('is judged by the address that is dialled, whatever name leads there', () => {
    expect(may('127.0.0.1', 'localhost', 22, '127.0.0.1')).toBe(true)
    expect(may('127.0.0.1', '127.0.0.1.evil.example', 22, '10.0.0.5')).toBe(false)
  })

  it('has a metadata address only where that very address is named', () => {
    expect(may('169.254.0.0/16,0.0.0.0/0', '169.254.169.254', 80)).toBe(false)
    expect(may('metadata.example', 'metadata.example', 80, '169.254.169.254')).toBe(false)
    expect(may('169.254.169.254:80', '169.254.169.254', 80)).toBe(true)
    expect(may('169.254.169.254:80', '169.254.169.254', 81)).toBe(false)
  })

  it.each(['127.0.0.1', 'fd00::1', '[fd00::1]:22', '10.0.0.0/8:1-1024', 'nas.lab:445', '实验室.local'])(
    'is read from %s',
    (list) => expect(allowTargetProblem(list)).toBeNull(),
  )

  it.each(['', ',', 'a b', '10.0.0.0/33', 'nas:0', 'nas:9-1', 'nas:70000', 'a/24', '[10', '10.0.0.1:x', '*'])(
    'is not read from "%s"',
    (list) => expect(allowTargetProblem(list)).not.toBeNull(),
  )
})
