/** The names in braces in a text, each once. */
export function placeholdersOf(text: string): string[] {
  return [...new Set([...text.matchAll(/\{([a-zA-Z]+)\}/g)].map(([, name]) => name ?? ''))]
}

/** The values that are known: an empty text stands for one that is not. */
export function knownValues(values: object): Record<string, string | number> {
  const known: Record<string, string | number> = {}
  for (const [name, value] of Object.entries(values)) {
    if (typeof value === 'number' || (typeof value === 'string' && value !== '')) known[name] = value
  }
  return known
}
