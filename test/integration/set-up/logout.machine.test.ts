import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { openShell } from '../../../electron/backend/terminals/open-shell.ts'
import type { SshSession } from '../../../electron/backend/ssh/ssh-session.ts'
import type { Keeping } from '../../../electron/backend/terminals/shell-command.ts'
import { signInTo } from '../../harness/sign-in-to.ts'
import { Bed } from '../../testbed/bed.ts'
import { copyTmux } from '../../testbed/machines/copy-tmux.ts'

const { signal } = new AbortController()

describe('a lab box that ends all programs of an account at its logout', () => {
  let bed: Bed
  beforeAll(async () => {
    bed = await Bed.start({ machines: ['lab'] })
    await bed.network.openSshWay('laptop', 'lab')
    await copyTmux(bed.lab)
    await bed.lab.exec(
      `mkdir -p /etc/systemd/logind.conf.d
      printf '[Login]\\nKillUserProcesses=yes\\n' > /etc/systemd/logind.conf.d/kill.conf
      systemctl restart systemd-logind`,
    )
  })
  afterAll(() => bed.close())

  async function signIn(): Promise<SshSession> {
    const { user, password } = bed.accounts.researcher
    const address = { host: bed.lab.address, port: 22, user }
    const session = await signInTo(address, { kind: 'password', password }, { signal })
    onTestFinished(() => session.close())
    return session
  }

  /** Shows a shell, and logs out again. */
  async function showShell(terminalId: string, how: 'new' | 'again'): Promise<Keeping> {
    const session = await signIn()
    const options = { terminalId, how, keep: true, withHistory: false, size: { cols: 80, rows: 24 } }
    const shell = await openShell(session, options, { asks: false, signal })
    shell.close()
    session.close()
    const isOver = `! loginctl list-sessions --no-legend | grep -q ' researcher '`
    await bed.lab.exec(`until ${isOver}; do sleep 0.1; done`, { timeoutMs: 60_000 })
    return shell.keeping
  }

  it('keeps no shell, and is known for it', async () => {
    expect(await showShell('tLogout001', 'new')).toBe('login')
    expect(await showShell('tLogout001', 'again')).toBe('gone')
  })

  it('keeps those of an account that lingers', async () => {
    await bed.lab.exec('loginctl enable-linger researcher')
    expect(await showShell('tLinger001', 'new')).toBe('tmux')
    expect(await showShell('tLinger001', 'again')).toBe('tmux')
  })
})
