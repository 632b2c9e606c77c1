import type { z } from 'zod'

/** One record of a stock file: read, or why not. `at` counts from 1. */
export type StockEntry<T> =
  | { readonly at: number; readonly record: T }
  | { readonly at: number; readonly problem: string }

/** As many as a relay keeps, plus room for what is left out. */
const maxRecords = 50_000

/**
 * The records of a stock file, which is not one JSON document but many, each followed by a line end and `*#*`: a record that
 * cannot be read does not affect the others. djylb's fork writes one JSON array.
 */
export function readStockFile<T>(text: string, schema: z.ZodType<T>): StockEntry<T>[] {
  const whole = text.replace(/^\uFEFF/, '')
  const values =
    arrayIn(whole) ??
    whole
      .split(/\r?\n\*#\*/)
      .filter((part) => part.trim() !== '')
      .map(parsed)
  const entries: StockEntry<T>[] = values
    .slice(0, maxRecords)
    .map((value, index) => ({ at: index + 1, ...readRecord(value, schema) }))
  if (values.length > maxRecords) {
    const problem = `there are more than ${maxRecords} records; the rest was not looked at`
    entries.push({ at: maxRecords + 1, problem })
  }
  return entries
}

/** Undefined for anything that is not a array: many records, or nothing that can be read. */
function arrayIn(text: string): unknown[] | undefined {
  if (!text.trimStart().startsWith('[')) return undefined
  const value = parsed(text)
  return Array.isArray(value) ? value : undefined
}

const notJson = Symbol('not JSON')

function parsed(part: string): unknown {
  try {
    return JSON.parse(part)
  } catch {
    return notJson
  }
}

function readRecord<T>(value: unknown, schema: z.ZodType<T>): { record: T } | { problem: string } {
  // The engine's message quotes the record, which contains keys.
  if (value === notJson) return { problem: 'it is not JSON' }
  const result = schema.safeParse(value)
  if (result.success) return { record: result.data }
  const issues = result.error.issues.slice(0, 3).map(({ path, message }) => `${path.join('.')}: ${message}`)
  return { problem: issues.join('; ') }
}
