import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { checkMachine, choosePlace } from '../../../electron/backend/provisioning/install/check-machine.ts'
import type { ProgramFile } from '../../../electron/backend/provisioning/install/program-files.ts'
import { Workplace } from '../../../electron/backend/provisioning/jobs/workplace.ts'
import { machineOf } from '../../../electron/backend/provisioning/windows/machine-of.ts'
import type { AskPerson, MachineQuestion } from '../../../electron/backend/ssh/ask-person.ts'
import { powershellCommand } from '../../../electron/backend/ssh/shell/powershell-command.ts'
import { windowsIdentity } from '../../../electron/backend/ssh/shell/windows-identity.ts'
import { WindowsShell } from '../../../electron/backend/ssh/shell/windows-shell.ts'
import { packedProgram, sha256 } from '../../harness/programs/packed-program.ts'
import { signInTo } from '../../harness/sign-in-to.ts'
import { startWindowsSshd, type WindowsSshd } from '../../harness/windows-sshd.ts'

/**
 * The answers are written by hand, from what is documented of Windows: no Windows has spoken here. What is tested is how
 * they are asked for, carried and understood.
 */
const { signal } = new AbortController()
const local = String.raw`C:\Users\researcher\AppData\Local`
const facts = String.raw`kind=Windows
os=Windows 11 Pro
kernel=10.0.22631
machine=ARM64
now=${Math.round(Date.now() / 1000)}
home=${local}
place=yes 40000000 C:\|${local}
`
const service = { kind: 'background', program: String.raw`${local}\Programs\npc\npc.exe`, args: [] }

let folder: string
let sshd: WindowsSshd
let workplace: Workplace
let file: ProgramFile
/** Of programs: how each was called, and what its secret variable had. */
let calls: string[]
/** What the next program does. */
let outcome: { code: number; out: string } | { error: number }

function said(script: string, given: string): { stdout?: string; stderr?: string; code?: number } {
  if (script.includes('WindowsPrincipal')) return { stdout: 'False DESKTOP-7\\researcher\n' }
  if (script.includes('CurrentBuildNumber')) return { stdout: facts }
  if (script.includes('ConnectAsync')) return { stdout: 'refused\n' }
  if (script.includes('New-Item')) return { stdout: '-\n' }
  if (script.includes('GZipStream')) {
    const sent = [...sshd.files.values()].at(-1)
    return { stdout: sent && sha256(sent) === file.sha256 ? 'ready\n' : 'differs\n' }
  }
  if (script.includes('service.json'))
    return { stdout: `${local}\\npc\\service.json\n${JSON.stringify(service, null, 2)}\r\n` }
  if (script.includes('ProcessStartInfo')) {
    const [, path = ''] = /FileName = '([^']*)'/.exec(script) ?? []
    const [, words = ''] = /Arguments = '([^']*)'/.exec(script) ?? []
    calls.push(`${path} ${words} ${given}`.trim())
    if ('error' in outcome) return { stdout: `error ${outcome.error}\n`, stderr: 'The file cannot be run.\n' }
    const base64 = Buffer.from(outcome.out).toString('base64')
    return { stdout: `exit ${outcome.code}\ntext ${base64}\ntext \n` }
  }
  if (script.includes('Remove-Item')) return { stdout: `${local}\\nps-desktop-upload\n` }
  return { stderr: `no answer is written for: ${script}`, code: 1 }
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nps-windows-'))
  calls = []
  outcome = { code: 0, out: '1.2.3\r\n' }
  sshd = await startWindowsSshd(said)
  const address = { host: '127.0.0.1', port: sshd.port, user: 'researcher' }
  const open = async () => await signInTo(address, { kind: 'password', password: 'x' }, { signal })
  const target = () => Promise.reject(new Error('not asked for'))
  workplace = new Workplace({ open, target }, { kind: 'lab', id: 'l1' }, { root: 'if-free' })
  const about = { program: 'npc', platform: 'windows', arch: 'amd64', start: 'MZ' } as const
  file = await packedProgram(join(folder, 'npc.exe.gz'), about)
})
afterEach(async () => {
  workplace.release()
  sshd.close()
  await rm(folder, { recursive: true })
})

it('is known by how its sshd names itself, and asked by PowerShell', async () => {
  expect(await workplace.identity(signal)).toMatchObject({ as: 'user', user: 'DESKTOP-7\\researcher' })
  const there = await machineOf(workplace, signal)
  const machine = await there.facts({ signal })
  expect(machine).toMatchObject({ kind: 'Windows', os: 'Windows 11 Pro', kernel: '10.0.22631', home: local })
  // x64 programs run on arm64 too
  const target = checkMachine('h', machine, ['windows'])
  expect(target).toEqual({ platform: 'windows', arch: 'amd64' })
  const { place } = choosePlace('h', machine, file, { installsUnder: 'home' })
  expect(place).toMatchObject({ folder: local, mount: 'C:\\' })
  expect(await there.reach({ host: 'relay.example', port: 8024, withinSeconds: 8 }, { signal })).toBe(
    'refused',
  )
  // cmd takes 8191 characters
  expect(powershellCommand.length).toBeLessThan(8000)
})

it('takes a program by sftp, has it started, installed and removed', async () => {
  const there = await machineOf(workplace, signal)
  const place = { folder: local, mount: 'C:\\', freeBytes: 1e9, runsPrograms: true }
  const told: number[] = []
  const { path, sentBytes } = await there.upload(file, place, { onProgress: (n) => told.push(n), signal })
  expect(path).toBe(String.raw`${local}\nps-desktop-upload\npc.exe`)
  expect([...sshd.files.keys()]).toEqual([
    `/C:/Users/researcher/AppData/Local/nps-desktop-upload/${file.sha256.slice(0, 16)}.part`,
  ])
  expect(sentBytes).toBe(file.bytes)
  expect(told.at(-1)).toBe(file.bytes)
  expect(await there.tryProgram('npc', path, { signal })).toBe('1.2.3')

  outcome = {
    code: 0,
    out: 'npc 1.2.3 is installed as a logon entry\r\n  (not as windows-service: it needs rights)\r\n',
  }
  const flags = ['-server=relay.example:8024', '-allow_target=127.0.0.1, ::1']
  const secretEnv = { name: 'NPC_SERVER_VKEY', value: 'the-key' }
  const installed = await there.install('npc', path, { flags, secretEnv, signal })
  expect(installed).toMatchObject({
    service: 'background',
    folder: `${local}\\npc`,
    programPath: service.program,
  })
  expect(installed.reasons).toEqual(['not as windows-service: it needs rights'])
  expect(calls[1]).toBe(`${path} install -server=relay.example:8024 "-allow_target=127.0.0.1, ::1" the-key`)
  expect(await there.dropUploads(null, { signal })).toEqual([`${local}\\nps-desktop-upload`])
})

it.each([
  [216, 'program-wrong-processor'],
  [225, 'program-not-allowed'],
  [2, 'program-will-not-start'],
])('says why a program does not start: %i is %s', async (error, code) => {
  outcome = { error }
  const there = await machineOf(workplace, signal)
  await expect(there.tryProgram('npc', 'C:\\npc.exe', { signal })).rejects.toMatchObject({
    code,
    params: { said: 'The file cannot be run.' },
  })
})

it('is no server: what needs sh says so', async () => {
  await expect(workplace.owner(signal)).rejects.toMatchObject({
    code: 'platform-unsupported',
    params: { os: 'Windows' },
  })
})

it('asks in several rounds, with a banner and line ends of Windows: the person reads plain lines, and its answers too', async () => {
  const asking = await startWindowsSshd(() => ({ stdout: 'False DESKTOP-7\\researcher\r\n' }), {
    banner: 'Authorized use only.\r\n\r\nContoso\r\n',
    rounds: [
      { prompts: [{ prompt: 'Password:\r\n', echo: false }], accepts: ([given]) => given === 'secret' },
      {
        instructions: 'Sign-in from a new place.\r\nA code was sent to *-1234.\r\n',
        prompts: [
          { prompt: 'Enter the code:\r\n', echo: true },
          { prompt: 'PIN:\t', echo: false },
        ],
        accepts: (answers) => answers.join() === '424242,0000',
      },
    ],
  })
  try {
    const asked: MachineQuestion[] = []
    const ask: AskPerson = (question) => {
      asked.push(question)
      return Promise.resolve(['424242', '0000'])
    }
    const address = { host: '127.0.0.1', port: asking.port, user: 'researcher' }
    const session = await signInTo(address, { kind: 'password', password: 'secret' }, { ask, signal })
    expect(session.isWindows).toBe(true)
    expect(asked).toMatchObject([
      {
        instructions: 'Sign-in from a new place.\nA code was sent to *-1234.',
        prompts: [
          { text: 'Enter the code:', echo: true },
          { text: 'PIN:', echo: false },
        ],
        isAgain: false,
      },
    ])
    expect(await windowsIdentity(new WindowsShell(session), { signal })).toEqual({
      as: 'user',
      how: 'signed-in',
      user: 'DESKTOP-7\\researcher',
    })
    session.close()
  } finally {
    asking.close()
  }
})
