import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { AskPerson, MachineQuestion } from '../../../electron/backend/ssh/ask-person.ts'
import { RemoteShell } from '../../../electron/backend/ssh/shell/remote-shell.ts'
import type { UsableSecret } from '../../../electron/backend/ssh/ssh-sign-in.ts'
import { canAskForCodes, codeSshdPassword, startCodeSshd } from '../../harness/code-sshd.ts'
import type { LocalSshd } from '../../harness/local-sshd.ts'
import { signInTo } from '../../harness/sign-in-to.ts'

const run = promisify(execFile)
const { signal } = new AbortController()
const code = '424242'
const password: UsableSecret = { kind: 'password', password: codeSshdPassword }
const keyAndCode = [
  'AuthenticationMethods publickey,keyboard-interactive',
  'KbdInteractiveAuthentication yes',
]

/** A person who gives these answers in turn, and none after the last. */
class Person {
  readonly asked: MachineQuestion[] = []
  readonly #answers: string[]

  constructor(...answers: string[]) {
    this.#answers = answers
  }

  readonly ask: AskPerson = (question) => {
    this.asked.push(question)
    const answer = this.#answers.shift()
    return Promise.resolve(answer === undefined ? null : [answer])
  }
}

describe.runIf(canAskForCodes)('an sshd whose PAM asks for a code', () => {
  let folder: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nps-keys-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  /** `asks`: what PAM wants, in its order. */
  async function start(
    asks: readonly ('password' | 'code')[],
    config: readonly string[],
  ): Promise<LocalSshd> {
    const sshd = await startCodeSshd(asks, { code, config })
    onTestFinished(() => sshd.close())
    return sshd
  }

  /** What a command says after the sign-in. */
  async function sayAt(sshd: LocalSshd, secret: UsableSecret, ask?: AskPerson): Promise<string> {
    const session = await signInTo(sshd, secret, { ...(ask && { ask }), signal })
    try {
      return await new RemoteShell(session).output('echo in', { signal })
    } finally {
      session.close()
    }
  }

  const both = ['KbdInteractiveAuthentication yes', 'PasswordAuthentication yes']

  it('the saved password answers its question, the person the other one', async () => {
    const sshd = await start(['password', 'code'], both)
    const person = new Person(code)
    expect(await sayAt(sshd, password, person.ask)).toBe('in\n')
    expect(person.asked).toMatchObject([
      { machine: '127.0.0.1', user: 'tester', isAgain: false, isPassword: false },
    ])
    expect(person.asked[0]?.prompts).toEqual([{ text: 'Verification code:', echo: false }])
  })

  it('a wrong code is told, and asked for again', async () => {
    const sshd = await start(['password', 'code'], both)
    const person = new Person('1', code)
    expect(await sayAt(sshd, password, person.ask)).toBe('in\n')
    expect(person.asked.map(({ isAgain }) => isAgain)).toEqual([false, true])
  })

  it('three wrong codes end the sign-in', async () => {
    const sshd = await start(['password', 'code'], ['KbdInteractiveAuthentication yes'])
    const person = new Person('1', '2', '3', '4')
    await expect(sayAt(sshd, password, person.ask)).rejects.toMatchObject({
      code: 'second-factor-rejected',
    })
    expect(person.asked).toHaveLength(3)
  })

  it('who leaves the question, or is not asked, is told what is asked, and no wrong answer is given', async () => {
    const sshd = await start(['password', 'code'], both)
    const needed = { code: 'second-factor-needed', params: { user: 'tester' } }
    await expect(sayAt(sshd, password, new Person().ask)).rejects.toMatchObject(needed)
    await expect(sayAt(sshd, password)).rejects.toMatchObject(needed)
    expect(sshd.log()).not.toContain('Failed')
  })

  it('a key, then a code', async () => {
    const sshd = await start(['code'], keyAndCode)
    const person = new Person(code)
    expect(await sayAt(sshd, { kind: 'key', key: sshd.privateKey }, person.ask)).toBe('in\n')
    expect(person.asked).toHaveLength(1)
  })

  it('a key of a kind with several signatures, then both the password and a code', async () => {
    const sshd = await start(['password', 'code'], keyAndCode)
    await run('ssh-keygen', ['-q', '-t', 'rsa', '-N', '', '-f', join(folder, 'rsa')])
    await writeFile(join(sshd.folder, 'authorized_keys'), await readFile(join(folder, 'rsa.pub')))
    const person = new Person('secret', code)
    expect(await sayAt(sshd, { kind: 'key', key: join(folder, 'rsa') }, person.ask)).toBe('in\n')
    expect(person.asked).toHaveLength(2)
  })

  it('a key, then the password by the method that has no words', async () => {
    const sshd = await start(
      ['password'],
      ['AuthenticationMethods publickey,password', 'PasswordAuthentication yes'],
    )
    const person = new Person('wrong', 'secret')
    const secret = { kind: 'key', key: sshd.privateKey } as const
    expect(await sayAt(sshd, secret, person.ask)).toBe('in\n')
    expect(person.asked).toMatchObject([
      { isPassword: true, isAgain: false, prompts: [] },
      { isPassword: true, isAgain: true },
    ])
    await expect(sayAt(sshd, secret, new Person().ask)).rejects.toMatchObject({ code: 'login-needs-more' })
  })

  it('the one key of several in an agent, then a code', async () => {
    const sshd = await start(['code'], keyAndCode)
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'other')])
    const socket = join(folder, 'agent')
    const { stdout } = await run('ssh-agent', ['-a', socket])
    const pid = /SSH_AGENT_PID=(\d+)/.exec(stdout)?.[1] ?? ''
    const before = process.env['SSH_AUTH_SOCK']
    const env = { ...process.env, SSH_AUTH_SOCK: socket }
    try {
      await writeFile(join(folder, 'right'), sshd.privateKey, { mode: 0o600 })
      for (const key of ['other', 'right']) await run('ssh-add', ['-q', join(folder, key)], { env })
      process.env['SSH_AUTH_SOCK'] = socket
      const person = new Person(code)
      expect(await sayAt(sshd, { kind: 'agent' }, person.ask)).toBe('in\n')
      expect(person.asked).toHaveLength(1)
    } finally {
      if (before === undefined) delete process.env['SSH_AUTH_SOCK']
      else process.env['SSH_AUTH_SOCK'] = before
      process.kill(Number(pid))
    }
  })
})
