/** Undefined, which no schema takes, for text that is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // the caller parses what comes out by a schema, which refuses this too
    return undefined
  }
}
