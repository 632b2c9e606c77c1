/** The words of the configuration library of stock nps, in any case. An empty value is off. */
const on: ReadonlySet<string> = new Set(['1', 't', 'true', 'y', 'yes', 'on'])
const off: ReadonlySet<string> = new Set(['', '0', 'f', 'false', 'n', 'no', 'off'])

/** Whether the value of a switch asks for nothing. */
export function isOff(value: string): boolean {
  return off.has(value.toLowerCase())
}

/**
 * Puts a switch of nps.conf in its place, or says what it expected. Stock takes every other word for off; such a word is a
 * mistake that may leave a server open, so it is refused by its line.
 */
export function readSwitch(value: string, put: (isOn: boolean) => void): string | undefined {
  const word = value.toLowerCase()
  if (!on.has(word) && !off.has(word)) return 'true or false'
  put(on.has(word))
  return undefined
}
