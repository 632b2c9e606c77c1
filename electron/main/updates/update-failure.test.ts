import { expect, it } from 'vitest'
import { failureOfUpdate } from './update-failure.ts'

const withCode = (message: string, code: string) => Object.assign(new Error(message), { code })

/** Errors as electron-updater 6.8 gives them. */
it.each([
  [withCode('sha512 checksum mismatch, expected a, got b', 'ERR_CHECKSUM_MISMATCH'), 'update-refused'],
  [withCode('New version 1.0.1 is not signed', 'ERR_UPDATER_INVALID_SIGNATURE'), 'update-refused'],
  [withCode('Cannot find channel "latest.yml"', 'ERR_UPDATER_CHANNEL_FILE_NOT_FOUND'), 'update-feed-wrong'],
  [withCode('403 Forbidden', 'HTTP_ERROR_403'), 'update-feed-wrong'],
  [new TypeError("Cannot read properties of undefined (reading 'url')"), 'update-feed-wrong'],
  [withCode('503 Service Unavailable', 'HTTP_ERROR_503'), 'update-unreachable'],
  [new Error('net::ERR_CONNECTION_REFUSED'), 'update-unreachable'],
  [withCode('ENOSPC: no space left on device, write', 'ENOSPC'), 'update-failed'],
  ['a word', 'update-failed'],
])('%s is %s', (error, code) => {
  expect(failureOfUpdate(error, 'https://updates.example.org/').code).toBe(code)
})

it('a page instead of a feed is told by its first line alone', () => {
  const error = withCode(
    `Cannot parse update info\n${'<html>'.repeat(1_000)}`,
    'ERR_UPDATER_INVALID_UPDATE_INFO',
  )
  expect(failureOfUpdate(error, 'https://updates.example.org/').params).toEqual({
    address: 'https://updates.example.org/',
    reason: 'Cannot parse update info',
  })
})
