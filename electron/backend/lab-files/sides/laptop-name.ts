import { printable } from '@nps-desktop/relay-core/api'

/** Names that Windows keeps for devices, whatever follows a dot. */
const devices = /^(con|prn|aux|nul|conin\$|conout\$|com[\d¹²³]|lpt[\d¹²³]) *(\.|$)/i
const refusedByWindows = new Set('<>:"|?*\\')

/**
 * A name of a lab box as this computer can have it. What leads elsewhere, ends a line, drives a terminal or turns the letters after it
 * round (`photo_exe.jpg` that is `photo_<U+202E>gpj.exe`), and what the file systems of Windows refuse, becomes `_`.
 */
export function laptopName(name: string, platform: NodeJS.Platform): string {
  const inOneFolder = printable(name, '_').replaceAll('/', '_')
  const whole = /^\.{0,2}$/.test(inOneFolder) ? '_' : inOneFolder
  if (platform !== 'win32') return whole
  const letters = [...whole].map((letter) => (refusedByWindows.has(letter) ? '_' : letter))
  // a dot or a space at the end is dropped there: another name would be meant
  const plain = letters.join('').replace(/[. ]+$/, (end) => '_'.repeat(end.length))
  return devices.test(plain) ? `_${plain}` : plain
}
