import { listening, type Listening } from '../../api/listening.ts'
import type { AgentSession } from '../../session/agent-session.ts'
import { askDocument } from './ask-document.ts'

/** Asks an agent what listens on its machine. Rejects as `openListening` does, or with `agent-silent` for what is no answer. */
export function askListening(
  session: Pick<AgentSession, 'openListening'>,
  { signal }: { signal: AbortSignal },
): Promise<Listening> {
  return askDocument((options) => session.openListening(options), {
    what: 'what listens there',
    question: new Uint8Array(),
    parse: (value) => listening.parse(value),
    timeoutMs: 10_000,
    signal,
  })
}
