/** The words of the configuration library of stock nps, in any case. An empty value is off. */
const on: ReadonlySet<string> = new Set(['1', 't', 'true', 'y', 'yes', 'on'])
const off: ReadonlySet<string> = new Set(['', '0', 'f', 'false', 'n', 'no', 'off'])

/** What the value of a yes/no key says; undefined for a word that is neither. */
export function switchValue(value: string): boolean | undefined {
  const word = value.toLowerCase()
  if (on.has(word)) return true
  return off.has(word) ? false : undefined
}
