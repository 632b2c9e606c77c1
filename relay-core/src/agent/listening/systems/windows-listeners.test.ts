import { expect, it } from 'vitest'
import { listenersOfWindows } from './windows-listeners.ts'
import { windowsListenersScript } from './windows-script.ts'

const socket = (port: number, pid: number): string =>
  `  TCP    0.0.0.0:${port}            0.0.0.0:0              LISTENING       ${pid}\r\n`
const alice = {
  sid: 'S-1-5-21-1-2-3-1001',
  account: String.raw`LAB-7\Alice`,
  home: String.raw`C:\Users\alice`,
}
const bob = { sid: 'S-1-12-1-9-9-9-9', account: String.raw`AzureAD\bob`, home: String.raw`C:\Users\bob` }
const system = { sid: 'S-1-5-18', account: String.raw`NT-AUTORITÄT\SYSTEM`, home: String.raw`C:\Windows` }
const process = (pid: number, more: object): string =>
  `${JSON.stringify({ pid, name: 'python.exe', command: '', sid: '', account: '', home: '', isOwn: false, ...more })}\r\n`

const sockets = [8888, 6006, 22, 135].map((port, at) => socket(port, at + 1)).join('')
const processes =
  process(1, {
    ...alice,
    isOwn: true,
    command: String.raw`"C:\Py 3\python.exe" "C:\v\Scripts\jupyter-lab.exe"`,
  }) +
  process(2, { ...bob, command: 'tensorboard.exe --logdir runs' }) +
  process(3, { ...system, name: 'sshd.exe', command: String.raw`C:\Windows\System32\OpenSSH\sshd.exe` }) +
  process(4, { name: 'svchost.exe' })
const policy = () => true

it('tells whose it is by what no language changes, and what Windows does not let this account see by its name', () => {
  const told = listenersOfWindows({ sockets, processes }, { account: '', policy })
  expect(told?.home).toBe(String.raw`C:\Users\alice`)
  expect(told?.listeners.map(({ port, owner, isOwn, command }) => [port, owner, isOwn, ...command])).toEqual([
    [8888, 'Alice', true, String.raw`C:\Py 3\python.exe`, String.raw`C:\v\Scripts\jupyter-lab.exe`],
    [6006, 'bob', false, 'tensorboard.exe', '--logdir', 'runs'],
    [22, null, false, String.raw`C:\Windows\System32\OpenSSH\sshd.exe`],
    [135, null, false, 'svchost.exe'],
  ])
})

it('for a service, which runs as the system, the person is who has installed it', () => {
  const own = (account: string) =>
    listenersOfWindows({ sockets, processes }, { account, policy })?.listeners.flatMap(({ port, isOwn }) =>
      isOwn ? [port] : [],
    )
  expect(own('alice')).toEqual([8888])
  expect(own('bob')).toEqual([6006])
  expect(own('SYSTEM')).toEqual([])
})

it('what npc would not dial is left out', () => {
  const told = listenersOfWindows(
    { sockets, processes },
    { account: '', policy: ({ port }) => port !== 6006 },
  )
  expect(told?.listeners.map(({ port }) => port)).toEqual([8888, 22, 135])
})

it('the script has no double quote, which a command line might lose, and no data of anybody', () => {
  expect(windowsListenersScript).not.toContain('"')
  expect(windowsListenersScript).not.toContain('undefined')
})
