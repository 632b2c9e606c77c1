import type * as z from 'zod'
import { RelayError } from '../../api/errors.ts'

interface Changeable {
  readonly settings?: object | undefined
  readonly limits?: object | undefined
}

/**
 * A change gives settings or limits as a whole. What is stored of them that only a later version reads must not go with that: nobody who
 * asks for the change has seen it. Returns the change with what has a name that is not known here. `what`: `client 3`, for the message.
 * @throws RelayError `mode-unsupported` for a known name with a value that cannot be read
 */
export function keepUnread<T extends Changeable>(
  what: string,
  stored: Changeable,
  change: T,
  schemas: { settings: z.ZodObject; limits: z.ZodObject },
): T {
  const kept = { ...change }
  for (const part of ['settings', 'limits'] as const) {
    if (change[part] === undefined) continue
    if (!schemas[part].safeParse(stored[part]).success) {
      throw new RelayError(
        'mode-unsupported',
        `The ${part} of ${what} were stored by a later version of nps, and would be lost. Update nps to change them.`,
      )
    }
    const unknown = Object.entries(stored[part] ?? {}).filter(
      ([name]) => !Object.hasOwn(schemas[part].shape, name),
    )
    Object.assign(kept, { [part]: { ...Object.fromEntries<unknown>(unknown), ...change[part] } })
  }
  return kept
}
