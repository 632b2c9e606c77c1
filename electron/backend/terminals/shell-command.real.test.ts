import { execFileSync } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { shellCommand } from './shell-command.ts'

/** Which tmux commands are run before a new terminal shows its shell: each is a program that starts. */
async function runsOf(tmux: string): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'nps-tmux-'))
  try {
    const log = join(folder, 'log')
    await writeFile(join(folder, 'tmux'), `#!/bin/sh\nshift 5\necho "$*" >> ${log}\n${tmux}\n`)
    await chmod(join(folder, 'tmux'), 0o755)
    const command = shellCommand({
      nonce: '0123456789abcdef',
      terminalId: 'tAbc1234567',
      how: 'new',
      keep: true,
      withHistory: true,
      size: { cols: 80, rows: 24 },
    })
    const env = { PATH: `${folder}:/usr/bin:/bin`, HOME: folder, SHELL: '/bin/sh' }
    const said = execFileSync('script', ['-qec', command, '/dev/null'], { env, encoding: 'utf8' })
    expect(said).toBe('[0123456789abcdef tmux fresh\r\n')
    return (await readFile(log, 'utf8')).trimEnd().split('\n')
  } finally {
    await rm(folder, { recursive: true })
  }
}

test('a new shell takes four runs of tmux up to its first line', async () => {
  const runs = await runsOf('[ "$1" != has-session ]')
  // the last one is asked when the terminal has ended
  expect(runs.map((run) => run.split(' ')[0])).toEqual([
    'has-session',
    'start-server',
    'set',
    'new-session',
    'has-session',
  ])
})

test('a tmux that does not know every option is given them one by one', async () => {
  const runs = await runsOf('case "$*" in *prefix2*) exit 1;; has-session*) exit 1;; esac')
  expect(runs.filter((run) => run.startsWith('set'))).toHaveLength(9)
})
