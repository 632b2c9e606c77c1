import { relayErrorCodes, relayErrorData } from '@nps-desktop/relay-core/api'
import { relayFailure } from '@nps-desktop/electron/contract'
import type { Failure } from '@nps-desktop/electron/contract'
import { z } from 'zod'

const sessionAnswer = z.object({ loggedIn: z.boolean(), passwordSet: z.boolean() })
const loginAnswer = z.object({ token: z.string() })
const ticketAnswer = z.object({ ticket: z.string() })
const commandAnswer = z.object({ command: z.string() })
const refusal = z.object({ code: z.enum(relayErrorCodes), message: z.string() }).and(relayErrorData.partial())
const answerTimeoutMs = 10_000

/** Of this tab alone; unlike a cookie it is not sent to the pages behind the server's other ports. */
const tokenKey = 'nps:session'

/** Whether this tab is signed in, and whether nps.conf holds a password with which anybody could be. */
export async function readSession(): Promise<z.infer<typeof sessionAnswer>> {
  const response = await fetch('session', { headers: proof(), signal: AbortSignal.timeout(answerTimeoutMs) })
  return sessionAnswer.parse(await response.json())
}

/** Null when it worked, otherwise why not. Rejects when the server does not answer. */
export async function logIn(username: string, password: string): Promise<Failure | null> {
  const response = await post('login', { username, password })
  if (!response.ok) return failureIn(response)
  sessionStorage.setItem(tokenKey, loginAnswer.parse(await response.json()).token)
  return null
}

/** What the app puts behind the `#` of the address: a way in that is good for once. */
const passPattern = /^#pass=([\w-]{43})$/

/** Enters by the pass in the address, where there is one, and takes it out of the address and the history. Never rejects. */
export async function enterByPass(): Promise<void> {
  const [, token] = passPattern.exec(location.hash) ?? []
  if (token === undefined) return
  history.replaceState(null, '', location.pathname + location.search)
  try {
    const response = await post('login/pass', { token })
    if (response.ok) sessionStorage.setItem(tokenKey, loginAnswer.parse(await response.json()).token)
  } catch {
    // the page asks for the password, or says that the server does not answer
  }
}

export async function logOut(): Promise<void> {
  await post('logout', {})
  sessionStorage.removeItem(tokenKey)
}

/** What opens one WebSocket of this session. Rejects when there is no session any more. */
export async function webSocketTicket({ signal }: { signal: AbortSignal }): Promise<string> {
  const response = await post('ticket', {}, signal)
  if (!response.ok) throw new Error('the session is over')
  return ticketAnswer.parse(await response.json()).ticket
}

/** The line that starts a client's agent, with its key: the password is asked for once more, and the server's log records it. */
export async function showCommand(
  input: { id: number; host: string },
  password: string,
): Promise<{ command: string } | { failure: Failure }> {
  const response = await post('reveal/clients/command', { password, input })
  if (!response.ok) return { failure: await failureIn(response) }
  return { command: commandAnswer.parse(await response.json()).command }
}

function post(path: string, body: object, signal?: AbortSignal): Promise<Response> {
  const deadline = AbortSignal.timeout(answerTimeoutMs)
  return fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...proof() },
    body: JSON.stringify(body),
    signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
  })
}

function proof(): Record<string, string> {
  const token = sessionStorage.getItem(tokenKey)
  return token === null ? {} : { 'x-nps-session': token }
}

async function failureIn(response: Response): Promise<Failure> {
  const { code, message, params } = refusal.parse(await response.json())
  return relayFailure(code, message, params)
}
