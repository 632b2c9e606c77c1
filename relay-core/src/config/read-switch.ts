/** Puts a switch of nps.conf in its place, or says what it expected. */
export function readSwitch(value: string, put: (on: boolean) => void): string | undefined {
  if (value !== 'true' && value !== 'false') return 'true or false'
  put(value === 'true')
  return undefined
}
