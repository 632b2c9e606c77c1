import { switchValue } from '../../api/conf/switch-words.ts'

/** Whether the value of a switch asks for nothing. */
export function isOff(value: string): boolean {
  return switchValue(value) === false
}

/**
 * Stores a switch of nps.conf, or returns what was expected. Stock takes every other word for off; such a word is a
 * mistake that may leave a server open, so it is refused by its line.
 */
export function readSwitch(value: string, put: (isOn: boolean) => void): string | undefined {
  const isOn = switchValue(value)
  if (isOn === undefined) return 'true or false'
  put(isOn)
  return undefined
}
