import { RelayError } from '../../../api/errors.ts'
import { takesSetting, type TunnelMode } from '../../../api/tunnel-modes.ts'
import type { TunnelSettings } from '../../../api/tunnel-settings.ts'
import { newVkey } from '../../store/client-store.ts'
import { minNativePasswordLength } from './private-tunnels.ts'

/**
 * The settings of a tunnel, with the password that a private one needs: the given one, else the one it had, else a new
 * one of 32 random characters. A tunnel that is no longer private keeps none, so that nobody who knew it can come back.
 */
export function withPassword(
  mode: TunnelMode,
  settings: TunnelSettings,
  before?: TunnelSettings,
): TunnelSettings {
  if (!takesSetting(mode, 'password')) {
    const { password: _, ...others } = settings
    return others
  }
  return { ...settings, password: settings.password ?? before?.password ?? newVkey() }
}

/** For passwords that people choose; those from stock NPS may be shorter, and let in stock visitors only. */
export function checkPassword({ password }: TunnelSettings = {}, before: TunnelSettings = {}): void {
  if (password === undefined || password === before.password) return
  if (password.length >= minNativePasswordLength) return
  throw new RelayError(
    'invalid-input',
    `The password of a private tunnel needs at least ${minNativePasswordLength} characters. Leave it out, and the relay makes one.`,
    { what: 'password' },
  )
}
