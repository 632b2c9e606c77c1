import type * as z from 'zod'
import { RelayError } from '../../api/errors.ts'

interface Changeable {
  readonly settings?: object | undefined
  readonly limits?: object | undefined
}

/**
 * A change gives settings or limits as a whole. What is stored of them in a form that only a later version reads must not go with that: nobody who
 * asks for the change has seen it. `what`: `client 3`, for the message.
 * @throws RelayError `mode-unsupported`
 */
export function keepUnread(
  what: string,
  stored: Changeable,
  change: Changeable,
  schemas: { settings: z.ZodType; limits: z.ZodType },
): void {
  for (const part of ['settings', 'limits'] as const) {
    if (change[part] === undefined || schemas[part].safeParse(stored[part]).success) continue
    throw new RelayError(
      'mode-unsupported',
      `The ${part} of ${what} were stored by a later version of nps, and would be lost. Update nps to change them.`,
    )
  }
}
