import type { z } from 'zod'

/** One record of a stock file: read, or why not. `at` counts from 1. */
export type StockEntry<T> =
  | { readonly at: number; readonly record: T }
  | { readonly at: number; readonly problem: string }

/** As many as a relay keeps, with room for what is left out. */
const mostRecords = 50_000

/**
 * The records of a stock file, which is no JSON document but many, each followed by a line end and `*#*`. A record that
 * cannot be read spoils no other.
 */
export function readStockFile<T>(text: string, schema: z.ZodType<T>): StockEntry<T>[] {
  const parts = text.replace(/^\uFEFF/, '').split(/\r?\n\*#\*/)
  const entries: StockEntry<T>[] = []
  for (const part of parts) {
    if (part.trim() === '') continue
    const at = entries.length + 1
    if (at > mostRecords) {
      entries.push({ at, problem: `there are more than ${mostRecords} records; the rest was not looked at` })
      break
    }
    entries.push({ at, ...readRecord(part, schema) })
  }
  return entries
}

function readRecord<T>(part: string, schema: z.ZodType<T>): { record: T } | { problem: string } {
  let value: unknown
  try {
    value = JSON.parse(part)
  } catch {
    // The engine's own message quotes the record, which has keys in it.
    return { problem: 'it is not JSON' }
  }
  const result = schema.safeParse(value)
  if (result.success) return { record: result.data }
  const issues = result.error.issues.slice(0, 3).map(({ path, message }) => `${path.join('.')}: ${message}`)
  return { problem: issues.join('; ') }
}
