import { printable } from '@nps-desktop/relay-core/api'

const shell = /^-?(?:bash|zsh|fish|sh|dash|ash|ksh|csh|tcsh)$/

/**
 * What a tab says of its shell, from the title that the lab box gives the window: what runs, or the folder's name where only the
 * shell does. tmux gives `command:/folder`, the prompt of most accounts `user@host: folder`.
 */
export function whatRuns(told: string): {
  readonly text: string
  readonly isBusy: boolean
  /** An absolute path as it is, where tmux tells. */
  readonly folder?: string
} {
  const [, command, folder] = /^([^:]+):(\/.*)$/s.exec(told) ?? []
  if (command !== undefined && folder !== undefined) {
    const isBusy = !shell.test(command)
    return { text: printable(isBusy ? command : lastOf(folder)), isBusy, folder }
  }
  const title = printable(told)
  const [, place] = /^[^@\s]+@[^:\s]+:\s*(\S.*)$/.exec(title) ?? []
  return { text: place === undefined ? title : lastOf(place), isBusy: false }
}

function lastOf(folder: string): string {
  return folder.split('/').findLast((name) => name !== '') ?? '/'
}
