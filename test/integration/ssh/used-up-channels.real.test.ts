import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { expect, it, onTestFinished } from 'vitest'
import type { Overview } from '@nps-desktop/electron/contract'
import { systemClock } from '@nps-desktop/relay-core/async'
import { silentLog } from '@nps-desktop/relay-core/log'
import { SftpChannel } from '../../../electron/backend/lab-files/sides/sftp-channel.ts'
import { MachineSessions } from '../../../electron/backend/lab-sessions/machine-sessions.ts'
import { RemoteShell } from '../../../electron/backend/ssh/shell/remote-shell.ts'
import { sshdPath, startLocalSshd } from '../../harness/local-sshd.ts'
import { signInTo } from '../../harness/sign-in-to.ts'

const { signal } = new AbortController()
const size = { cols: 80, rows: 24 }

/** The session of a machine whose sshd opens two channels on each connection, and how many connections there are. */
async function sessionOfTwo() {
  const sshd = await startLocalSshd({ config: ['MaxSessions 2', 'Subsystem sftp internal-sftp'] })
  const asked: boolean[] = []
  const sessions = new MachineSessions({
    machines: {
      open: (_machine, { asks = false }) => {
        asked.push(asks)
        return signInTo(sshd, { kind: 'key', key: sshd.privateKey }, { signal })
      },
    },
    overview: () => ({ labs: [], servers: [], tunnels: [] }) satisfies Partial<Overview>,
    clock: systemClock,
    log: silentLog,
  })
  onTestFinished(async () => {
    sessions.close()
    await sshd.close()
  })
  const { session } = await sessions.use({ kind: 'lab', id: 'l1' }, { signal })
  return { sshd, session, asked }
}

it.runIf(existsSync(sshdPath))(
  'terminals, files and commands beyond what one connection may carry go over another one at once',
  async () => {
    const { session, asked } = await sessionOfTwo()
    const terminal = () => session.terminal('exec cat', size, { asks: true, signal })
    const open = [await terminal(), await terminal()]
    expect(asked).toEqual([false])
    const shell = new RemoteShell(session)
    expect(await shell.output('echo in', { signal })).toBe('in\n')
    expect(asked).toEqual([false, false])
    using files = await SftpChannel.open(session, { signal })
    expect(await files.realpath('.')).toMatch(/^\//)
    open.push(...(await Promise.all([terminal(), terminal(), terminal()])))
    // what a person has begun may ask for a code
    expect(asked).toEqual([false, false, true])
    const answers = open.map(async ({ channel }, index) => {
      const answer = once(channel, 'data')
      channel.write(`${index}\n`)
      return String(await answer).slice(0, 1)
    })
    expect(await Promise.all(answers)).toEqual(['0', '1', '2', '3', '4'])

    // a channel that ends makes room on its own connection
    const [first] = open
    first?.channel.close()
    if (first) await once(first.channel, 'close')
    open.push(await terminal())
    expect(asked).toHaveLength(3)
    const counted = await Promise.all(
      Array.from({ length: 4 }, (_, n) => shell.output(`echo ${n}`, { signal })),
    )
    expect(counted).toEqual(['0\n', '1\n', '2\n', '3\n'])
    expect(asked).toHaveLength(4)

    session.close()
    for (const { connection } of open) expect(await connection.closed).toBeNull()
  },
)
