import type { Failure } from '@nps-desktop/electron/contract'

/** Codes of electron-updater for a feed that answers, but not as a feed. */
const notAFeed = new Set([
  'ERR_UPDATER_CHANNEL_FILE_NOT_FOUND',
  'ERR_UPDATER_INVALID_UPDATE_INFO',
  'ERR_UPDATER_INVALID_VERSION',
  'ERR_UPDATER_LATEST_VERSION_NOT_FOUND',
  'ERR_UPDATER_NO_CHECKSUM',
  'ERR_UPDATER_NO_FILES_PROVIDED',
  'ERR_UPDATER_WEB_INSTALLER_DISABLED',
])
/** And for a file that is not what was announced: another hash, or on Windows another publisher. */
const notTheFile = new Set(['ERR_CHECKSUM_MISMATCH', 'ERR_UPDATER_INVALID_SIGNATURE'])
const maxReason = 200

/** What has gone wrong at `address`, from the error that electron-updater gave. */
export function failureOfUpdate(error: unknown, address: string): Failure {
  const message = error instanceof Error ? error.message : String(error)
  const told: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined
  const code = typeof told === 'string' ? told : ''
  const reason = (message.split('\n', 1)[0] ?? '').slice(0, maxReason)
  const params = { address, reason }
  if (notTheFile.has(code)) return { code: 'update-refused', params: { address }, message, fixes: [] }
  // a file for this system is looked for among those of the feed, and used without a look whether there is one
  if (error instanceof TypeError) return { code: 'update-feed-wrong', params, message, fixes: [] }
  if (notAFeed.has(code) || /^HTTP_ERROR_[34]/.test(code))
    return { code: 'update-feed-wrong', params, message, fixes: [] }
  if (code.startsWith('HTTP_ERROR_') || message.startsWith('net::ERR_'))
    return { code: 'update-unreachable', params, message, fixes: [] }
  return { code: 'update-failed', params: { reason }, message, fixes: [] }
}

/** Nothing has come from `address` for this long. */
export function updateSilent(address: string, seconds: number): Failure {
  const reason = `no answer within ${seconds} s`
  return { code: 'update-unreachable', params: { address, reason }, message: reason, fixes: [] }
}
