import { relayErrorCodes, relayErrorData } from '@nps-desktop/relay-core/api'
import { relayFailure } from '@nps-desktop/electron/contract'
import type { Failure } from '@nps-desktop/electron/contract'
import { z } from 'zod'

const sessionAnswer = z.object({ loggedIn: z.boolean(), passwordSet: z.boolean() })
const refusal = z.object({ code: z.enum(relayErrorCodes), message: z.string() }).and(relayErrorData.partial())
const deadlineMs = 10_000

/** Is this browser signed in, and does nps.conf hold a password that lets anybody in at all? */
export async function readSession(): Promise<z.infer<typeof sessionAnswer>> {
  const response = await fetch('session', { signal: AbortSignal.timeout(deadlineMs) })
  return sessionAnswer.parse(await response.json())
}

/** Null when it worked, or why not. Rejects when the server does not answer. */
export async function logIn(username: string, password: string): Promise<Failure | null> {
  const response = await fetch('login', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password }),
    signal: AbortSignal.timeout(deadlineMs),
  })
  if (response.ok) return null
  const { code, message, params } = refusal.parse(await response.json())
  return relayFailure(code, message, params)
}

export async function logOut(): Promise<void> {
  await fetch('logout', { method: 'POST', signal: AbortSignal.timeout(deadlineMs) })
}
