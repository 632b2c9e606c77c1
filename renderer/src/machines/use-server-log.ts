import { shallowRef } from 'vue'
import type { ShallowRef } from 'vue'
import { useBackend } from '../carrier/use-backend.ts'
import { useFollow } from '../carrier/use-follow.ts'

/** Lines that stay on the page; older ones are in the server's own log. */
const keptLogLines = 1_000

/** The end of a server's log, growing, for as long as the calling scope lives. */
export function useServerLog(serverId: string): {
  lines: ShallowRef<readonly string[]>
  error: ShallowRef<unknown>
} {
  const { api } = useBackend()
  const lines = shallowRef<readonly string[]>([])
  let begins = true
  const { error } = useFollow(
    (options) => {
      // Each subscription begins with the last lines again.
      begins = true
      return api.servers.log({ serverId }, options)
    },
    (next) => {
      lines.value = (begins ? next.lines : [...lines.value, ...next.lines]).slice(-keptLogLines)
      begins = false
    },
  )
  return { lines, error }
}
