import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readMachineFacts } from '../../../electron/backend/provisioning/install/machine-facts.ts'
import type { AskPerson } from '../../../electron/backend/ssh/ask-person.ts'
import { RemoteShell } from '../../../electron/backend/ssh/shell/remote-shell.ts'
import type { UsableSecret } from '../../../electron/backend/ssh/ssh-sign-in.ts'
import type { SshSession } from '../../../electron/backend/ssh/ssh-session.ts'
import { findSudo } from '../../../electron/backend/ssh/shell/sudo.ts'
import { type Round, startAskingSshd } from '../../harness/asking-sshd.ts'
import { type LocalSshd, type LocalSshdOptions, sshdPath, startLocalSshd } from '../../harness/local-sshd.ts'
import { signInTo } from '../../harness/sign-in-to.ts'

const { signal } = new AbortController()

/** Signs in to an sshd made so, and gives both back afterwards. */
async function at<T>(
  options: LocalSshdOptions,
  work: (session: SshSession, sshd: LocalSshd) => Promise<T>,
  secretOf: (sshd: LocalSshd) => UsableSecret = ({ privateKey }) => ({ kind: 'key', key: privateKey }),
): Promise<T> {
  const sshd = await startLocalSshd(options)
  try {
    const address = { host: sshd.host, port: sshd.port, user: sshd.user }
    const session = await signInTo(address, secretOf(sshd), { signal })
    try {
      return await work(session, sshd)
    } finally {
      session.close()
    }
  } finally {
    await sshd.close()
  }
}

const loud = 'echo Welcome to the lab; echo "careful: [GPU 3] is broken" >&2\n'

const accounts: Record<string, LocalSshdOptions['account']> = {
  'bash that greets on both streams': { shell: '/bin/bash', files: { '.bashrc': loud } },
  'bash that takes leave': {
    shell: '/bin/bash',
    files: { '.bashrc': `${loud}trap 'echo goodbye; echo "see you" >&2' EXIT\n` },
  },
  'bash that greets without a line break': { shell: '/bin/bash', files: { '.bashrc': 'printf "hi "\n' } },
  'bash with strict options for everybody': {
    shell: '/bin/bash',
    files: { '.bashrc': 'set -euo pipefail; set -o noclobber; export SHELLOPTS; export CDPATH=/:/tmp\n' },
  },
  'bash that traces': { shell: '/bin/bash', files: { '.bashrc': 'set -x; export SHELLOPTS\n' } },
  'bash that leaves something running': {
    shell: '/bin/bash',
    files: { '.bashrc': 'sleep 30 &\n' },
  },
  zsh: { shell: '/usr/bin/zsh', files: { '.zshenv': loud } },
  fish: {
    shell: '/usr/bin/fish',
    files: { '.config/fish/config.fish': 'echo Welcome; echo careful >&2\n' },
  },
  tcsh: { shell: '/usr/bin/tcsh', files: { '.tcshrc': 'echo Welcome\nset histchars="!^"\n' } },
}

const isRoot = process.getuid?.() === 0

describe.runIf(existsSync(sshdPath) && isRoot)('accounts whose shell has ways of its own', () => {
  it.each(Object.keys(accounts))('%s: what a script says comes back exactly', async (name) => {
    const account = accounts[name]
    await at(account ? { account } : {}, async (session) => {
      const shell = new RemoteShell(session)
      const result = await shell.run(
        `printf '%s|' "it's" 'a "b" $x \\y !z'; cat; echo oops >&2; cd /tmp; f() { exit 3; }; f`,
        { stdin: 'the input\n', signal },
      )
      expect(result).toEqual({ exitCode: 3, stdout: `it's|a "b" $x \\y !z|the input\n`, stderr: 'oops\n' })
      const counted = await shell.output('wc -c', { stdin: new Uint8Array(300_000), signal })
      expect(counted.trim()).toBe('300000')
      const facts = await readMachineFacts(shell, { signal })
      expect(facts.kind).toBe('Linux')
      expect(facts.places[0]).toMatchObject({ folder: facts.home, runsPrograms: true })
      await expect(findSudo(session, [], { signal })).rejects.toMatchObject({ code: /^sudo-/ })
    })
  })

  it('a script that is killed has not succeeded', async () => {
    await at({}, async (session) => {
      const shell = new RemoteShell(session)
      expect((await shell.run('kill -9 $$', { signal })).exitCode).not.toBe(0)
    })
  })
})

describe.runIf(existsSync(sshdPath) && isRoot)('an sshd with ways of its own', () => {
  it('one session at a time is enough', async () => {
    await at({ config: ['MaxSessions 1'] }, async (session) => {
      const shell = new RemoteShell(session)
      for (let n = 0; n < 20; n++) expect(await shell.output(`echo ${n}`, { signal })).toBe(`${n}\n`)
      const together = await Promise.all(
        Array.from({ length: 5 }, (_, n) => shell.output(`sleep 0.1; echo ${n}`, { signal })),
      )
      expect(together).toEqual(Array.from({ length: 5 }, (_, n) => `${n}\n`))
    })
  })

  it.each([
    [
      'command="echo Please login as the user \\"ubuntu\\" rather than the user \\"root\\".;exit 142"',
      { code: 'login-other-user', params: { other: 'ubuntu' } },
    ],
    ['command="internal-sftp"', { code: 'shell-refused' }],
  ])('an account whose key allows only %s', async (restriction, expected) => {
    await at(
      { config: [`ForceCommand ${/"(.*)"$/.exec(restriction)?.[1]?.replaceAll('\\"', '"') ?? ''}`] },
      (session) =>
        expect(new RemoteShell(session).run('echo hi', { signal })).rejects.toMatchObject(expected),
    )
  })

  it('nologin is quoted', async () => {
    await at({ account: { shell: '/usr/sbin/nologin' } }, (session) =>
      expect(new RemoteShell(session).run('echo hi', { signal })).rejects.toMatchObject({
        code: 'shell-refused',
        params: { said: 'This account is currently not available.' },
      }),
    )
  })

  it('no session at all', async () => {
    await at({ config: ['MaxSessions 0'] }, (session) =>
      expect(new RemoteShell(session).run('echo hi', { signal })).rejects.toMatchObject({
        code: 'ssh-session-refused',
        params: { said: 'open failed' },
      }),
    )
  })

  it('a key that is accepted and not enough', async () => {
    const options = {
      config: ['AuthenticationMethods publickey,password', 'PasswordAuthentication yes'],
      account: { shell: '/bin/bash', password: 'secret' },
    }
    await expect(at(options, () => Promise.resolve())).rejects.toMatchObject({
      code: 'login-needs-more',
      params: { accepted: 'publickey', methods: 'password' },
    })
  })

  it('a password that has expired', async () => {
    const options = {
      config: ['UsePAM yes', 'PasswordAuthentication yes'],
      account: { shell: '/bin/bash', password: 'secret', passwordChangedOn: 0 },
    }
    await expect(
      at(
        options,
        (session) => new RemoteShell(session).run('echo hi', { signal }),
        () => ({
          kind: 'password',
          password: 'secret',
        }),
      ),
    ).rejects.toMatchObject({ code: 'password-expired' })
  })

  it('a password that PAM asks for as a question', async () => {
    const pam = 'auth requisite pam_unix.so\naccount required pam_permit.so\nsession required pam_permit.so\n'
    const said = await at(
      {
        config: ['UsePAM yes', 'KbdInteractiveAuthentication yes'],
        account: { shell: '/bin/bash', password: 'secret', etc: { '/etc/pam.d/sshd': pam } },
      },
      (session) => new RemoteShell(session).output('echo in', { signal }),
      () => ({ kind: 'password', password: 'secret' }),
    )
    expect(said).toBe('in\n')
  })
})

describe('an ssh server that asks', () => {
  const right = (answers: readonly string[]): boolean => answers.includes('secret')
  const password = { prompt: 'Password: ', echo: false }
  const signIn = async (rounds: readonly Round[], ask?: AskPerson): Promise<'signed in'> => {
    const server = await startAskingSshd(rounds)
    try {
      const address = { host: '127.0.0.1', port: server.port, user: 'tester' }
      const session = await signInTo(
        address,
        { kind: 'password', password: 'secret' },
        { ...(ask && { ask }), signal },
      )
      session.close()
      return 'signed in'
    } finally {
      server.close()
    }
  }

  it('one question, whatever its words, and a round without any', async () => {
    const rounds = [
      { prompts: [{ prompt: '(tester@lab) Geheimnis: ', echo: false }], accepts: right },
      { instructions: 'Welcome', prompts: [], accepts: () => true },
    ]
    expect(await signIn(rounds)).toBe('signed in')
  })

  it('the password where it is asked, not first, and the person what is asked beside it', async () => {
    const round: Round = {
      prompts: [{ prompt: 'Purpose of this visit: ', echo: true }, password],
      accepts: (answers) => answers.join() === 'a test,secret',
    }
    const asked: string[] = []
    const ask: AskPerson = ({ prompts }) => {
      asked.push(...prompts.map(({ text, echo }) => `${text} ${echo}`))
      return Promise.resolve(['a test'])
    }
    expect(await signIn([round], ask)).toBe('signed in')
    expect(asked).toEqual(['Purpose of this visit: true'])
  })

  it('the password goes out once: what is asked after it is for the person', async () => {
    const rounds = [
      { prompts: [password], accepts: right },
      { prompts: [{ prompt: 'Password: ', echo: false }], accepts: () => true },
    ]
    await expect(signIn(rounds)).rejects.toMatchObject({
      code: 'second-factor-needed',
      params: { prompt: 'Password:' },
    })
  })

  it('what a machine writes reaches the person as plain text of a bounded length', async () => {
    const wild = `\u001b[31mred\u001b[0m \u202Eevil\u0007\n${'line\n'.repeat(500)}`
    const rounds = [{ instructions: wild, prompts: [{ prompt: 'Code: ', echo: true }], accepts: () => true }]
    let shown = ''
    const ask: AskPerson = ({ instructions }) => {
      shown = instructions
      return Promise.resolve(['1'])
    }
    expect(await signIn(rounds, ask)).toBe('signed in')
    expect(shown.split('\n')).toEqual(['red evil', ...Array.from({ length: 29 }, () => 'line')])
  })

  it('a code that no password answers is named', async () => {
    const code = { prompt: 'Verification code: ', echo: false }
    const wrong = { accepts: () => false }
    for (const rounds of [
      [{ prompts: [password, code], ...wrong }],
      [
        { prompts: [password], accepts: right },
        { prompts: [code], ...wrong },
      ],
    ]) {
      await expect(signIn(rounds)).rejects.toMatchObject({
        code: 'second-factor-needed',
        params: { prompt: 'Verification code:' },
      })
    }
  })

  it('an expired password is named, in its words', async () => {
    const rounds = [
      { prompts: [password], accepts: right },
      {
        instructions: 'You are required to change your password immediately.',
        prompts: [{ prompt: 'New password: ', echo: false }],
        accepts: () => false,
      },
    ]
    await expect(signIn(rounds)).rejects.toMatchObject({
      code: 'password-expired',
      params: { said: 'You are required to change your password immediately. New password:' },
    })
  })
})
