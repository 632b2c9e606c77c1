import { expect, it } from 'vitest'
import { listeningSockets, workingFolders } from './lsof-fields.ts'

const lines = (...all: string[]): string => all.map((line) => `${line}\n`).join('')
const words = (text: string): string => text.replaceAll(/\s+/g, '\n')
const shown = (text: string): string[] | undefined =>
  listeningSockets(text)?.map(({ pid, login, host, port }) => `${pid} ${login} ${host}:${port}`)

it('sockets near by are read process by process, each once, also those of IPv6', () => {
  // by lsof(8): the file descriptor is always among the fields
  const text = words(`p412 u501 Lalice f7 n127.0.0.1:8888 f8 n[::1]:8888 f9 n*:8888 f10 n127.0.0.1:8888
    p502 u502 f12 n*:6006 f13 n*:6006 f14 n192.168.1.7:9000
    p503 u501 Lalice f3 n[fe80:1::1]:49152 f4 n[fd00::7]:3000 f5 n8.8.8.8:1 f6 n[::ffff:127.0.0.1]:5000
  `)
  expect(shown(text)).toEqual([
    '412 alice 127.0.0.1:8888',
    '412 alice ::1:8888',
    '502 502 127.0.0.1:6006',
    '502 502 192.168.1.7:9000',
    '503 alice fd00:0:0:0:0:0:0:7:3000',
    '503 alice 127.0.0.1:5000',
  ])
})

it('a line that was cut off, one that no lsof writes, and a process without an owner tell nothing', () => {
  expect(shown('p412\nu501\nn127.0.0.1:88')).toBeUndefined()
  const odd = ['n127.0.0.1:1', 'px', 'n*:2', 'p7', 'n*:3', 'u501', 'n*:70000', 'n*:', 'nlocalhost:8888']
  expect(shown(lines(...odd, 'n*:0', 'n*:8 (LISTEN)', '', 'lsof: WARNING: x', 'n127.0.0.1:4000'))).toEqual([
    '7 501 127.0.0.1:4000',
  ])
})

it('of sockets and of lines without end a part is read', () => {
  const ports = Array.from({ length: 60_000 }, (_, port) => `n127.0.0.1:${port + 1}`)
  expect(shown(lines('p7', 'u501', 'Lalice', ...ports))).toHaveLength(1_000)
  expect(shown(lines('p7', 'u501', `L${'x'.repeat(100_000)}`, 'n*:1'))).toEqual(['7 501 127.0.0.1:1'])
})

it('the folder of each process', () => {
  const text = lines(
    'p412',
    'fcwd',
    'n/Users/alice/runs of may',
    'p502',
    'fcwd',
    'nPermission denied',
    'p503',
  )
  expect([...workingFolders(`${text}fcwd\nn/Users/al`)]).toEqual([[412, '/Users/alice/runs of may']])
})
