import { expect, test } from 'vitest'
import { withLine, withoutLine } from './cron.ts'
import type { ServiceSpec } from './service.ts'
import { unitText } from './systemd-unit.ts'
import { statusOf } from './systemd.ts'

const spec: ServiceSpec = {
  name: 'npc',
  description: 'npc',
  program: '/home/lab gpu/.local/bin/npc',
  args: ['-config=/home/lab gpu/50%/npc.conf', '-log_level=$x'],
  folder: '/home/lab gpu/.config/npc',
}

test('a unit file quotes spaces, percent and dollar signs', () => {
  const unit = unitText(spec, { wantedBy: 'default.target', kind: 'systemd-user', account: null })
  expect(unit).toContain(
    'ExecStart="/home/lab gpu/.local/bin/npc" "-config=/home/lab gpu/50%%/npc.conf" -log_level=$$x\n',
  )
  expect(unit).toContain('Restart=always\n')
  expect(unit).toContain('RestartPreventExitStatus=78\n')
  expect(unit).not.toContain('network-online')
})

const sandbox = {
  ownAccount: true,
  handedOver: ['/etc/nps/conf/nps.conf', '/etc/nps/state/relay.db'],
  writable: ['/etc/nps/conf', '/etc/nps/state'],
  logFile: null,
  readsEverything: false,
}

test('a service of the system has an account of its own, low ports, and nothing to write but its folders', () => {
  const unit = unitText(
    { ...spec, sandbox },
    { wantedBy: 'multi-user.target', kind: 'systemd', account: 'nps' },
  )
  const lines = [
    'User=nps',
    'AmbientCapabilities=CAP_NET_BIND_SERVICE',
    'CapabilityBoundingSet=CAP_NET_BIND_SERVICE',
    'ProtectSystem=strict',
    'ReadWritePaths="/etc/nps/conf"',
    'ReadWritePaths="/etc/nps/state"',
    'NoNewPrivileges=yes',
    'LimitCORE=0',
    'ExecStartPre=-+/bin/chown -h nps:nps "/etc/nps/conf/nps.conf" "/etc/nps/state/relay.db"',
  ]
  expect(unit.split('\n')).toEqual(expect.arrayContaining(lines))
})

test('what has to read files of others stays root, and may read and not write', () => {
  const reading = { ...sandbox, ownAccount: false, readsEverything: true }
  const unit = unitText({ ...spec, sandbox: reading }, { wantedBy: 'x', kind: 'systemd', account: null })
  expect(unit).not.toContain('User=')
  expect(unit).toContain('\nCapabilityBoundingSet=CAP_NET_BIND_SERVICE CAP_DAC_READ_SEARCH\n')
  expect(unit).toContain('\nProtectSystem=strict\n')
})

test('a service of a user may what its user may, and gains nothing', () => {
  const unit = unitText({ ...spec, sandbox }, { wantedBy: 'x', kind: 'systemd-user', account: null })
  expect(unit).toContain('\nNoNewPrivileges=yes\nLimitCORE=0\n')
  expect(unit).not.toContain('ProtectSystem')
})

// there is no cron on Windows, and its paths are written otherwise
test.skipIf(process.platform === 'win32')(
  'a crontab keeps its other lines, and has one of ours however often it is installed',
  () => {
    const others = '# mine\n5 4 * * * backup'
    const once = withLine(others, spec)
    expect(once).toBe(
      "# mine\n5 4 * * * backup\n@reboot /bin/sh '/home/lab gpu/.config/npc/state/npc-supervisor.sh' # npc install\n",
    )
    expect(withLine(once, spec)).toBe(once)
    expect(withoutLine(once, spec)).toBe(`${others}\n`)
    expect(withLine('', spec).split('\n')).toHaveLength(2)
    expect(withoutLine(withLine(once, { ...spec, name: 'nps' }), spec)).toContain('# nps install')
  },
)

test.each([
  [
    'ActiveState=active\nSubState=running\nMainPID=42\nResult=success\nExecMainStatus=0',
    { state: 'running', pid: 42 },
  ],
  [
    'ActiveState=activating\nSubState=auto-restart\nMainPID=0\nResult=exit-code\nExecMainStatus=1',
    { state: 'restarting', detail: 'exit-code, exit status 1' },
  ],
  [
    'ActiveState=failed\nMainPID=0\nResult=exit-code\nExecMainStatus=78',
    { state: 'failed', detail: 'exit-code, exit status 78' },
  ],
  ['ActiveState=inactive\nMainPID=0\nResult=success\nExecMainStatus=0', { state: 'stopped' }],
])('systemctl show is understood: %j', (shown, status) => {
  expect(statusOf(shown)).toEqual(status)
})
