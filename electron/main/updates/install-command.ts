import { shellWord } from '@nps-desktop/relay-core/api'
import type { Install } from './app-updates.ts'

/**
 * A package manager's files are root's, and the app asks nobody for a root password: the person installs the package, which was
 * verified when it was fetched, by this command.
 */
const commands = {
  deb: (file: string) => `sudo apt install ${shellWord(file)}`,
  rpm: (file: string) => `sudo rpm --upgrade ${shellWord(file)}`,
}

export function installOf(way: 'app' | 'deb' | 'rpm'): Install {
  return way === 'app' ? 'on-quit' : commands[way]
}
