import { parseHostPort } from '../../net/address/host-port.ts'
import type { Target } from '../../session/agent-session.ts'

/** `host:port`, or several separated by commas; none for an empty text. @throws RelayError `invalid-input` */
export function parseTargets(text: string): Target[] {
  if (text.trim() === '') return []
  return text.split(',').map((one) => parseHostPort(one, 'target'))
}
