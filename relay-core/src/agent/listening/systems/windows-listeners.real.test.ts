import { expect, it } from 'vitest'
import { scriptTools } from '../../../testing/script-tools.ts'
import { windowsListeners } from './windows-listeners.ts'

const question = { account: '', policy: () => true }
const socket = '  TCP    127.0.0.1:8888         0.0.0.0:0              ABHOEREN        4242'
const told = {
  pid: 4242,
  name: 'python.exe',
  command: 'python.exe jupyter-lab.exe',
  sid: 'S-1-5-21-1-2-3-1001',
  account: 'LAB-7/alice',
  home: '',
  isOwn: true,
}
const answers = {
  powershell: `printf '%s\\r\\n' '${socket}' '${JSON.stringify(told)}'`,
  netstat: `[ "$*" = -ano ] && printf '%s\\r\\n' '${socket}'`,
  tasklist: `[ "$*" = '/fo csv /nh' ] && printf '%s\\r\\n' '"jupyter-lab.exe","4242","Console","1","45.678 K"'`,
}

it('PowerShell tells programs with their command lines and owners', async () => {
  const tools = await scriptTools({ ...answers, netstat: 'exit 1', tasklist: 'exit 1' })
  expect((await windowsListeners(question, { tools }))?.listeners).toMatchObject([
    { port: 8888, isOwn: true, command: ['python.exe', 'jupyter-lab.exe'] },
  ])
})

it.each([
  ['is not there', 'exit 127'],
  ['may not ask for processes', `printf '%s\\r\\n' '${socket}' 'Get-CimInstance : Zugriff verweigert'`],
  ['hangs', 'exec sleep 86400'],
])('where PowerShell %s, netstat and tasklist tell programs by their names', async (_what, powershell) => {
  const tools = await scriptTools({ ...answers, powershell })
  expect((await windowsListeners(question, { tools, timeoutMs: 2_000 }))?.listeners).toMatchObject([
    { port: 8888, owner: null, isOwn: false, command: ['jupyter-lab.exe'] },
  ])
})

it('without any of them nothing is told', async () => {
  const tools = { powershell: '/nowhere', netstat: '/nowhere', tasklist: '/nowhere' }
  expect(await windowsListeners(question, { tools })).toBeNull()
})

it.each([
  ['says nothing', ':'],
  ['says nothing of sockets', 'echo Access is denied.'],
])('where netstat %s, that is not told as nothing listening', async (_what, netstat) => {
  const tools = await scriptTools({ ...answers, powershell: 'exit 1', netstat })
  expect(await windowsListeners(question, { tools })).toBeNull()
})

it('nor where PowerShell lists processes alone', async () => {
  const powershell = `printf '%s\\r\\n' '${JSON.stringify(told)}'`
  const tools = await scriptTools({ ...answers, powershell, netstat: 'exit 1' })
  expect(await windowsListeners(question, { tools })).toBeNull()
})
