import { expect, test } from 'vitest'
import { opensWindow } from './opens-window.ts'

test.each([
  { flags: [], platform: 'linux', environment: { DISPLAY: ':0' }, isWindow: true },
  { flags: [], platform: 'linux', environment: { WAYLAND_DISPLAY: 'wayland-0' }, isWindow: true },
  { flags: [], platform: 'linux', environment: { DISPLAY: '' }, isWindow: false },
  { flags: [], platform: 'linux', environment: {}, isWindow: false },
  { flags: [], platform: 'darwin', environment: {}, isWindow: true },
  { flags: ['--port=8123'], platform: 'linux', environment: { DISPLAY: ':0' }, isWindow: false },
  { flags: ['--port=8123'], platform: 'win32', environment: {}, isWindow: false },
] as const)(
  'npm start with $flags on $platform, $environment, opens a window: $isWindow',
  ({ flags, platform, environment, isWindow }) => {
    expect(opensWindow(flags, platform, environment)).toBe(isWindow)
  },
)
