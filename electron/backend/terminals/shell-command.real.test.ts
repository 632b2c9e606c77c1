import { execFileSync, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { poll } from '@nps-desktop/relay-core/async'
import { shellCommand, type ShellOptions, tmuxSocket } from './shell-command.ts'

const options: ShellOptions = {
  nonce: '0123456789abcdef',
  terminalId: 'tAbc1234567',
  how: 'new',
  keep: true,
  withHistory: true,
  size: { cols: 80, rows: 24 },
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'nps-tmux-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

/** Which tmux commands are run before a new terminal shows its shell: each is a program that starts. */
async function runsOf(tmux: string): Promise<string[]> {
  const folder = await temporaryFolder()
  const log = join(folder, 'log')
  await writeFile(join(folder, 'tmux'), `#!/bin/sh\nshift 5\necho "$*" >> ${log}\n${tmux}\n`)
  await chmod(join(folder, 'tmux'), 0o755)
  const env = { PATH: `${folder}:/usr/bin:/bin`, HOME: folder, SHELL: '/bin/sh' }
  const said = execFileSync('script', ['-qec', shellCommand(options), '/dev/null'], { env, encoding: 'utf8' })
  expect(said).toBe('')
  return (await readFile(log, 'utf8')).trimEnd().split('\n')
}

test('a new shell takes four runs of tmux up to its first line', async () => {
  const runs = await runsOf('[ "$1" != has-session ]')
  expect(runs).toEqual([
    expect.stringMatching(/^has-session/),
    expect.stringMatching(/^start-server .*new-session -d/),
    expect.stringMatching(/^set .*set-titles/),
    expect.stringMatching(/^set .*:smcup=\[0123456789abcdef tmux fresh\]:.* new-session -A/),
    // asked when the terminal has ended
    expect.stringMatching(/^has-session/),
  ])
})

test('a tmux that does not know every option is given them one by one', async () => {
  const runs = await runsOf('case "$*" in *prefix2*) exit 1;; has-session*) exit 1;; esac')
  expect(runs.filter((run) => /^set \S+ \S+ \S+$/.test(run))).toHaveLength(7)
})

test.runIf(existsSync('/usr/bin/tmux'))(
  'who keeps a new shell is told even to a terminal that is read only when tmux has taken it over',
  { timeout: 60_000 },
  async () => {
    const folder = await temporaryFolder()
    const env = { PATH: '/usr/bin:/bin', HOME: folder, TMUX_TMPDIR: folder, SHELL: '/bin/sh', TERM: 'xterm' }
    const tmux = (...args: string[]): string =>
      execFileSync('tmux', ['-L', tmuxSocket, ...args], { env, encoding: 'utf8' })
    // stops its parent, which reads the terminal, and says more than the terminal passes on unread
    const greeting =
      'kill -STOP $PPID; until grep -q stopped /proc/$PPID/status; do :; done; printf "%6000s" Welcome'
    const reader = spawn('script', ['-qec', `${greeting}; ${shellCommand(options)}`, '/dev/null'], { env })
    const ended = new Promise((resolve) => reader.once('close', resolve))
    let said = ''
    reader.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
    const soon = { intervalMs: 20, timeoutMs: 20_000 }
    try {
      await poll(
        () => {
          try {
            return tmux('list-clients', '-F', '#{client_termname}').trim() || undefined
          } catch {
            // there is no tmux yet
            return undefined
          }
        },
        { ...soon, onTimeout: () => new Error('tmux did not take the terminal over') },
      )
      expect(said).toBe('')
      reader.kill('SIGCONT')
      await poll(() => /\[0123456789abcdef tmux fresh/.test(said) || undefined, {
        ...soon,
        onTimeout: () => new Error(`nothing but ${JSON.stringify(said)}`),
      })
    } finally {
      reader.kill('SIGCONT')
      tmux('kill-server')
      await ended
    }
  },
)
