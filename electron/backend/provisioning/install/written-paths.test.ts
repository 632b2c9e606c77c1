import { expect, it } from 'vitest'
import { writtenPaths } from './written-paths.ts'

it.each([
  ['/usr/bin/nps', '/etc/nps', 'systemd', ['/usr/bin/nps', '/etc/nps/', '/etc/systemd/system/nps.service']],
  // beside an nps of another kind
  [
    '/opt/nps-desktop/nps',
    '/opt/nps-desktop',
    'systemd',
    ['/opt/nps-desktop/', '/etc/systemd/system/nps.service'],
  ],
  [
    '/home/li/.local/bin/nps',
    '/home/li/.config/nps',
    'cron',
    ['/home/li/.local/bin/nps', '/home/li/.config/nps/', 'crontab'],
  ],
] as const)('%s with %s as %s', (programPath, folder, service, paths) => {
  expect(writtenPaths('nps', { programPath, folder, service })).toEqual(paths)
})
