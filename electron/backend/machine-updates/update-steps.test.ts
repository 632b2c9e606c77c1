import { expect, test } from 'vitest'
import { notSwapped } from './update-steps.ts'

const installed = {
  service: 'systemd',
  programPath: '/usr/bin/npc',
  folder: '/etc/npc',
  version: '1.0.0',
} as const

test.each([
  ['cat: write error: No space left on device', 'disk-full', { path: '/usr/bin', neededBytes: 70e6 }],
  [
    "cp: error writing '.npc.before': Disk quota exceeded",
    'disk-full',
    { path: '/usr/bin', neededBytes: 70e6 },
  ],
  ['another update is under way', 'service-failed', { reason: 'another update is under way' }],
])('a program that could not be put in place: %s', (said, code, params) => {
  const failure = notSwapped('lab', 'npc', { installed, neededBytes: 70e6, said })
  expect(failure).toMatchObject({ code, params })
})
