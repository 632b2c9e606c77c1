import { join } from 'node:path'
import { expect, test } from 'vitest'
import { controlPath } from './control-path.ts'

test('the command line finds the relay of a state folder by a socket file in it', () => {
  expect(controlPath('/etc/nps/state', 'linux')).toEqual({
    folder: '/etc/nps/state',
    address: join('/etc/nps/state', 'control.sock'),
    isProved: false,
  })
})

test('on Windows by a pipe that is named after the folder, however that is spelled', () => {
  const { address, isProved } = controlPath('/ProgramData/nps/state', 'win32')
  expect(address).toMatch(/^\\\\\.\\pipe\\nps-[0-9a-f]{32}$/)
  expect(isProved).toBe(true)
  expect(controlPath('/programdata/NPS/conf/../state', 'win32').address).toBe(address)
  expect(controlPath('/ProgramData/other/state', 'win32').address).not.toBe(address)
})
