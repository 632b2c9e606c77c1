import { onScopeDispose, shallowRef } from 'vue'
import type { ShallowRef } from 'vue'
import { useBackend } from '../../carrier/use-backend.ts'
import { follow } from '../../carrier/follow.ts'

/** Lines that stay on the page; older ones are in the server's own log. */
export const keptLogLines = 1_000

/** The end of a server's log, growing, for as long as the calling scope lives. */
export function useLog(serverId: string): {
  lines: ShallowRef<readonly string[]>
  error: ShallowRef<unknown>
} {
  const { api, connection } = useBackend()
  const lines = shallowRef<readonly string[]>([])
  const error = shallowRef<unknown>(null)
  const stop = new AbortController()
  onScopeDispose(() => stop.abort())
  let anew = true
  void follow(
    connection,
    (options) => {
      // Each subscription begins with the last lines again.
      anew = true
      return api.servers.log({ serverId }, options)
    },
    (next) => {
      lines.value = (anew ? next.lines : [...lines.value, ...next.lines]).slice(-keptLogLines)
      anew = false
      error.value = null
    },
    {
      signal: stop.signal,
      onError: (reason) => {
        error.value = reason
      },
    },
  )
  return { lines, error }
}
