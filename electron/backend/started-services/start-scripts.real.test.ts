import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startScript } from './start-scripts.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nps-start-'))
  writeFileSync(join(folder, 'systemctl'), '#!/bin/sh\nexit 0\n', { mode: 0o755 })
})
afterEach(() => rmSync(folder, { recursive: true }))

/** As systemd.syntax(7) and systemd.service(5) read one quoted word of a command line. */
function unitWord(text: string): string {
  return text.replaceAll(/\\(.)/g, '$1').replaceAll('%%', '%').replaceAll('$$', '$')
}

test.each(['/a b', '/CORP\\alice', '/100%', '/a"b', '/${HOME}', "/it's"])(
  'what starts again after a restart is found in a home called %j',
  (name) => {
    const home = join(folder, `home${name.replaceAll('/', '-')}`)
    mkdirSync(home)
    const script = startScript({
      what: 'tensorboard',
      port: 6006,
      python: '/usr/bin/python3',
      folder: '~',
      install: null,
      keptBy: 'systemd-user',
      restarts: true,
    })
    const env = { HOME: home, PATH: `${folder}:${process.env['PATH'] ?? ''}`, XDG_RUNTIME_DIR: folder }
    execFileSync('/bin/sh', ['-c', script], { env, input: 'token\n' })
    const unit = readFileSync(join(home, '.config/systemd/user/nps-desktop-tensorboard-6006.service'), 'utf8')
    const [, word = ''] = /^ExecStart=\/bin\/sh "(.*)"$/m.exec(unit) ?? []
    expect(unitWord(word)).toBe(join(home, '.local/state/nps-desktop/nps-desktop-tensorboard-6006.sh'))
    // nothing is left that systemd would fill in
    expect(word.replaceAll(/\$\$|%%|\\./g, '')).not.toMatch(/[$%"\\]/)
  },
)
