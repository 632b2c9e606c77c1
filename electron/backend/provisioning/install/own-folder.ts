import { shellWord as quote } from '@nps-desktop/relay-core/api'

/**
 * Shell functions for every file that is written, read back or run in a folder where other accounts of the machine may
 * write too. A check of a name says nothing about what the name means a moment later; so they go into the folder first,
 * and look at where they are.
 *
 * `enter_base DIR`: into DIR, when nobody but this account and root can rename what lies there: it belongs to one of
 * the two, and others either may not write in it, or it is sticky as /tmp is.
 * `enter_own NAME`: from there into a folder that is this account's alone (0700), and not through a link.
 */
export const ownFolderFunctions = `
unset CDPATH
enter_base() {
  cd -P "$1" 2>/dev/null || return 1
  set -- $(ls -ldn .)
  [ "$3" = 0 ] || [ -O . ] || return 1
  case "$1" in d????-??-*|d????????[tT]*) ;; *) return 1 ;; esac
}
enter_own() {
  base=$(pwd -P)
  cd -P "./$1" 2>/dev/null || return 1
  [ "$(pwd -P)" = "\${base%/}/$1" ] && [ -O . ] || return 1
  case "$(ls -ld .)" in drwx------*) ;; *) return 1 ;; esac
}
`

/** Runs `script` inside our folder `name` of `base`; ends with code 1 and one line of reason when the folder is not ours alone. */
export function inOwnFolder(base: string, name: string, script: string): string {
  return `${ownFolderFunctions}
umask 077
enter_base ${quote(base)} && enter_own ${quote(name)} || { echo ${quote(notOurs)} >&2; exit 1; }
${script}`
}

/** Why a folder is not used; for people. */
export const notOurs = 'other accounts of the machine can write there'
