import { expect, test } from 'vitest'
import { launchdStatus } from './launchd.ts'
import { launchdPlist } from './launchd-plist.ts'
import type { ServiceSpec } from '../service.ts'

const spec: ServiceSpec = {
  name: 'npc',
  description: 'npc',
  program: '/Users/lab & gpu/.local/bin/npc',
  args: ['-config=/Users/lab & gpu/Library/Application Support/npc/npc.conf'],
  folder: '/Users/lab & gpu/Library/Application Support/npc',
}

// on Windows the paths are put together otherwise
test.skipIf(process.platform === 'win32')(
  'a property list names the program, what it is told, and when it is started again',
  () => {
    const plist = launchdPlist(spec, { label: 'nps-desktop.npc', kind: 'launchd-agent' })
    expect(plist).toContain('<key>Label</key>\n  <string>nps-desktop.npc</string>')
    expect(plist).toContain(`  <array>
    <string>/Users/lab &amp; gpu/.local/bin/npc</string>
    <string>-config=/Users/lab &amp; gpu/Library/Application Support/npc/npc.conf</string>
    <string>-log_path=/Users/lab &amp; gpu/Library/Application Support/npc/state/npc.log</string>
  </array>`)
    expect(plist).toContain('<key>SuccessfulExit</key>\n    <false/>')
    expect(plist).toContain('<key>ProcessType</key>\n  <string>Interactive</string>')
    expect(plist).toContain('<key>NPS_SERVICE</key>\n    <string>launchd-agent</string>')
    expect(plist.match(/<dict>/g)).toHaveLength(plist.match(/<\/dict>/g)?.length ?? 0)
  },
)

/** `launchctl print` of macOS, its middle left out. */
function shown(...lines: string[]): string {
  return [
    'gui/501/nps-desktop.npc = {',
    '\tactive count = 1',
    '\tpath = /Users/researcher/Library/LaunchAgents/nps-desktop.npc.plist',
    '\ttype = LaunchAgent',
    ...lines.map((line) => `\t${line}`),
    '\tendpoints = {',
    '\t\t"x" = {',
    '\t\t\tstate = active',
    '\t\t}',
    '\t}',
    '}',
    '',
  ].join('\n')
}

test.each([
  [
    ['state = running', 'runs = 1', 'pid = 913', 'last exit code = (never exited)'],
    { state: 'running', pid: 913 },
  ],
  [
    ['state = spawn scheduled', 'runs = 5', 'last exit code = 1'],
    { state: 'restarting', detail: 'exit status 1' },
  ],
  [
    ['state = spawn scheduled', 'runs = 9', 'last exit reason = OS_REASON_CODESIGNING'],
    { state: 'restarting', detail: 'OS_REASON_CODESIGNING' },
  ],
  [
    ['state = spawn scheduled', 'runs = 54', 'last exit code = 78: EX_CONFIG', 'job state = spawn failed'],
    { state: 'restarting', detail: 'exit status 78: EX_CONFIG' },
  ],
  // a program that was killed has no exit code, and that line is not there
  [
    ['state = spawn scheduled', 'runs = 2', 'last terminating signal = Killed: 9'],
    { state: 'restarting', detail: 'signal Killed: 9' },
  ],
  [
    ['state = running', 'pid = 29244', 'runs = 2', 'last terminating signal = Killed: 9'],
    { state: 'running', pid: 29244 },
  ],
  [['state = not running', 'runs = 0', 'last exit code = (never exited)'], { state: 'starting' }],
  [['state = not running', 'runs = 1', 'last exit code = 0'], { state: 'failed', detail: 'exit status 0' }],
])('launchctl print is understood: %j', (lines, status) => {
  expect(launchdStatus(shown(...lines), '')).toEqual(status)
})

test('the last words of a program that gave up are told', () => {
  const lines = shown('state = not running', 'last exit code = 0')
  expect(launchdStatus(lines, 'The key of the server has changed.')).toEqual({
    state: 'failed',
    detail: 'The key of the server has changed.',
  })
})
