import { relayErrorCodes } from '@nps-desktop/relay-core/api'
import { z } from 'zod'

/**
 * The app's own failures; those of the relay come beside them. docs/errors.md has a heading for each, the locales
 * have its cause and its next step by the same name.
 */
export const appErrorCodes = [
  // reaching a machine by ssh
  'ssh-unreachable',
  'ssh-refused',
  'ssh-timeout',
  'ssh-unknown-host',
  'ssh-not-ssh',
  'ssh-lost',
  'ssh-jump-failed',
  'host-key-unconfirmed',
  'host-key-changed',
  'login-rejected',
  'key-passphrase-needed',
  'key-unreadable',
  'agent-unavailable',
  // what the machine is
  'sudo-missing',
  'sudo-password-needed',
  'sudo-password-rejected',
  'platform-unsupported',
  'processor-unsupported',
  'libc-too-old',
  'disk-full',
  'memory-low',
  'clock-wrong',
  'port-in-use',
  // installing
  'upload-failed',
  'upload-corrupt',
  'program-missing',
  'program-wrong-processor',
  'program-not-allowed',
  'system-too-old',
  'program-killed',
  'program-will-not-start',
  'service-failed',
  'config-write-failed',
  'relay-not-listening',
  'agent-not-online',
  // ports
  'bridge-blocked',
  'ports-blocked-by-host-firewall',
  'ports-blocked-by-security-group',
  'ports-blocked-somewhere',
  'firewall-change-refused',
  // the rest
  'laptop-offline',
  'laptop-port-taken',
  'server-identity-changed',
  'service-wrong',
  'service-silent',
  'secret-unreadable',
  'storage-failed',
  'cancelled',
  'busy',
  'internal',
] as const

export type AppErrorCode = (typeof appErrorCodes)[number]

export const errorCodes = [...relayErrorCodes, ...appErrorCodes] as const
export type ErrorCode = (typeof errorCodes)[number]

/** What the screen can offer as the next step; one button each. */
export const fix = z.discriminatedUnion('action', [
  z.object({ action: z.literal('retry') }),
  z.object({ action: z.literal('edit-address') }),
  z.object({ action: z.literal('enter-secret') }),
  z.object({ action: z.literal('enter-sudo-password') }),
  z.object({ action: z.literal('install-without-root') }),
  z.object({ action: z.literal('accept-host-key'), fingerprint: z.string() }),
  z.object({ action: z.literal('use-port'), port: z.number().int() }),
  z.object({ action: z.literal('open-host-firewall') }),
  z.object({ action: z.literal('open-url'), url: z.string(), label: z.string() }),
  z.object({ action: z.literal('start-service'), command: z.string() }),
  z.object({ action: z.literal('copy'), text: z.string() }),
])
export type Fix = z.infer<typeof fix>

/** A failure as the screen needs it: the code and values for the text, and what can be done about it. */
export const failure = z.object({
  code: z.enum(errorCodes),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
  /** The English sentence, for the log and for "Details". */
  message: z.string(),
  fixes: z.array(fix),
})
export type Failure = z.infer<typeof failure>

export const failureData = z.object({ failure })
