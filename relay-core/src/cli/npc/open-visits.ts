import { every } from '../../async/time/every.ts'
import type { AutoProtocolVisitor } from '../../visitor/auto-protocol-visitor.ts'
import type { RunningVisit } from './visitor-status-file.ts'

/** A private tunnel of another machine on a port of this one. */
export interface OpenVisit {
  readonly name: string
  /** On this machine. */
  readonly port: number
  readonly visitor: Pick<AutoProtocolVisitor, 'way' | 'onWay'>
  /** Ends its connections too. Fulfils when the relay has been told, or after some seconds. Idempotent. */
  close(): Promise<void>
}

/** How old a round trip in `npc status` may be. */
export const tellIntervalMs = 10_000

/** Tells which way the visits go: at once, after each change, and again and again while one is direct, since its round trip changes. */
export function followVisits(
  visits: readonly OpenVisit[],
  tell: (visits: RunningVisit[]) => void,
): Disposable {
  const stack = new DisposableStack()
  const now = () => visits.map(({ name, port, visitor }) => ({ name, port, way: visitor.way }))
  const tellNow = () => tell(now())
  for (const { visitor } of visits) stack.use(visitor.onWay(tellNow))
  stack.use(
    every(tellIntervalMs, () => {
      if (visits.some(({ visitor }) => visitor.way.way === 'direct')) tellNow()
    }),
  )
  tellNow()
  return stack
}
