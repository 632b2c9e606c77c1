import { expect, it } from 'vitest'
import { netstatSockets, windowsProcesses } from './windows-answers.ts'

const crlf = (...lines: string[]): string => lines.map((line) => `${line}\r\n`).join('')
const shown = (text: string): string[] | undefined =>
  netstatSockets(text)?.map(({ host, port, pid }) => `${host}:${port} ${pid}`)

/** The columns of netstat, whose words are the system's language's. */
const netstat = (
  state: string,
  header = '  Proto  Local Address          Foreign Address        State           PID',
): string =>
  crlf(
    '',
    header,
    `  TCP    0.0.0.0:135            0.0.0.0:0              ${state}       1044`,
    `  TCP    127.0.0.1:8888         0.0.0.0:0              ${state}       4242`,
    '  TCP    127.0.0.1:8888         127.0.0.1:52114        ESTABLISHED     4242',
    '  TCP    192.168.1.7:52115      140.82.112.3:443       TIME_WAIT       0',
    `  TCP    192.168.1.7:139        0.0.0.0:0              ${state}       4`,
    `  TCP    8.8.4.4:80             0.0.0.0:0              ${state}       4`,
    `  TCP    [::]:135               [::]:0                 ${state}       1044`,
    `  TCP    [::1]:6006             [::]:0                 ${state}       4343`,
    `  TCP    [fe80::1c2f:7a%12]:9   [::]:0                 ${state}       4343`,
    `  TCP    [fd00::7]:3000         [::]:0                 ${state}       4343`,
    '  UDP    0.0.0.0:5353           *:*                                    1900',
    '  UDP    [::]:5353              *:*                                    1900',
  )

it.each([
  ['English', 'LISTENING', undefined],
  ['German', 'ABHÖREN', '  Proto  Lokale Adresse         Remoteadresse          Status           PID'],
  ['German in another code page', 'ABH\ufffdREN', undefined],
  ['Chinese', 'LISTENING', '  协议  本地地址          外部地址        状态           PID'],
  ['a language with two words', 'À L’ÉCOUTE', undefined],
])('what listens near by is read in %s', (_language, state, header) => {
  expect(shown(netstat(state, header))).toEqual([
    '127.0.0.1:135 1044',
    '127.0.0.1:8888 4242',
    '192.168.1.7:139 4',
    '::1:6006 4343',
    'fd00:0:0:0:0:0:0:7:3000 4343',
  ])
})

it('a netstat that tells no process, a line that was cut off, and one that netstat does not write', () => {
  const known = '  TCP    127.0.0.1:8888         0.0.0.0:0              LISTENING       42'
  expect(shown(crlf('  TCP    127.0.0.1:7777         0.0.0.0:0              LISTENING'))).toEqual([
    '127.0.0.1:7777 0',
  ])
  expect(shown(crlf(known) + known.replace('8888', '9999'))).toEqual(['127.0.0.1:8888 42'])
  const odd = [
    known.replace('8888', '70000'),
    known.replace('127.0.0.1', '1.2.3'),
    known.replace('TCP', 'SCTP'),
  ]
  expect(
    shown(crlf(...odd, known.replace('0.0.0.0:0', 'host:0'), `${known} 7 ${'x'.repeat(100)}`)),
  ).toBeUndefined()
})

it('a netstat that lists nothing that listens has not told; one that lists nothing near by has', () => {
  const line = '  TCP    8.8.4.4:80             0.0.0.0:0              LISTENING       4'
  expect(shown(crlf(line))).toEqual([])
  for (const text of ['', crlf('', 'Active Connections'), crlf(line.replace('0.0.0.0:0', '9.9.9.9:443'))])
    expect(shown(text)).toBeUndefined()
})

it('of sockets without end a part is read', () => {
  const line = (port: number) =>
    `  TCP    127.0.0.1:${port}         0.0.0.0:0              LISTENING       42`
  expect(shown(crlf(...Array.from({ length: 60_000 }, (_, at) => line(at + 1))))).toHaveLength(1_000)
})

const process = {
  pid: 4_242,
  name: 'python.exe',
  command: String.raw`C:\v\python.exe C:\v\Scripts\jupyter-lab.exe`,
  sid: 'S-1-5-21-1-2-3-1001',
  account: String.raw`LAB-7\alice`,
  home: String.raw`C:\Users\alice`,
  isOwn: true,
}

it('processes are read from lines of JSON, with letters of every language, and from a list of names', () => {
  const command = String.raw`C:\\\u7a0b\u5e8f\\python.exe`
  const json = JSON.stringify({ ...process, command: '@' }).replace('@', command)
  const list = crlf(
    '"System Idle Process","0","Services","0","8 K"',
    '"python.exe","4242","Console","1","45,678 K"',
    '"sshd.exe","77","Services","0","3.012 K"',
  )
  const read = windowsProcesses(crlf('  TCP    127.0.0.1:8888  0.0.0.0:0  LISTENING  4242', json) + list)
  expect([...read.keys()]).toEqual([4_242, 77])
  expect(read.get(4_242)).toEqual({ ...process, command: String.raw`C:\程序\python.exe` })
  const unseen = { command: '', sid: '', account: '', home: '', isOwn: false }
  expect(read.get(77)).toEqual({ pid: 77, name: 'sshd.exe', ...unseen })
})

it.each([
  ['cut off', JSON.stringify(process).slice(0, 40)],
  ['without its end', JSON.stringify(process)],
  ['with a number for a name', `${JSON.stringify({ ...process, name: 7 })}\r\n`],
  ['with a process that is none', `${JSON.stringify({ ...process, pid: -1 })}\r\n`],
  ['with an account that is none', `${JSON.stringify({ ...process, sid: 'alice' })}\r\n`],
  ['with a command line without end', `${JSON.stringify({ ...process, command: 'x'.repeat(5_000) })}\r\n`],
  ['that is long without end', `${JSON.stringify({ ...process, more: 'x'.repeat(50_000) })}\r\n`],
  ['of a list, cut off', '"python.exe","42'],
  ['of a list, with its heading', '"Image Name","PID","Session Name","Session#","Mem Usage"\r\n'],
  ['in which PowerShell complains', 'Get-CimInstance : Zugriff verweigert\r\n'],
])('a line %s tells of no process', (_what, text) => {
  expect([...windowsProcesses(text)]).toEqual([])
})

it('of processes without end a part is read', () => {
  const list = Array.from({ length: 20_000 }, (_, at) => `"x.exe","${at + 1}","Console","1","1 K"`)
  expect(windowsProcesses(crlf(...list)).size).toBe(5_000)
})

it('an answer that begins with a byte order mark loses no line, and hostile lines take no longer than others', () => {
  expect(
    shown(`\ufeff  TCP    127.0.0.1:8888         0.0.0.0:0              LISTENING       42\r\n`),
  ).toEqual(['127.0.0.1:8888 42'])
  const line = `  TCP    127.0.0.1:8888         0.0.0.0:0   a${' '.repeat(32_000)}b\n`
  const startedAtMs = performance.now()
  expect(shown(line.repeat(128))).toBeUndefined()
  expect(performance.now() - startedAtMs).toBeLessThan(500)
})
