import { watched, type Watched } from '../../api/webhook/watch-models.ts'
import type { AgentSession } from '../../session/agent-session.ts'
import { encodeQuestion, type WatchedQuestion } from '../../wire/watched-question.ts'
import { askDocument } from '../clients/ask-document.ts'

/** Asks an agent about processes and GPUs of its machine. Rejects as `openWatched` does, or with `agent-silent` for what is no answer. */
export function askWatched(
  session: Pick<AgentSession, 'openWatched'>,
  question: WatchedQuestion,
  { signal }: { signal: AbortSignal },
): Promise<Watched> {
  return askDocument((options) => session.openWatched(options), {
    what: 'what has become of a process or a GPU',
    question: encodeQuestion(question),
    parse: (value) => watched.parse(value),
    // a tool of a GPU's maker may take seconds
    timeoutMs: 20_000,
    signal,
  })
}
