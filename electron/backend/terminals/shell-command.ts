import type { TerminalSize } from '@nps-desktop/electron/contract'
import { findLogout, keptUntilLogout } from './logout.ts'

/** The socket of our tmux: nobody else's sessions are on it, and a person's own tmux knows nothing of it. */
export const tmuxSocket = 'nps-desktop'
/** The session is still there, but its client was sent away: another one has taken it over. */
export const takenExitCode = 121
/** Lines that tmux remembers of a shell, and lines of them that a window gets which has none yet. */
const maxHistoryLines = 10_000
const shownHistory = 2_000

/** Where a person without root puts programs, and where package managers of macOS do: a shell without a login may not look there. */
const furtherFolders = '$HOME/.local/bin:$HOME/bin:/usr/local/bin:/opt/homebrew/bin:/opt/local/bin'
export const findTmux = `t=$(PATH="$PATH:${furtherFolders}"; command -v tmux)`
/** Not the account's own configuration: its keys and its status line belong to its own tmux. `w` is empty, or begins the command. */
const tmux = `w=; u() { $w "$t" -u -L ${tmuxSocket} -f /dev/null "$@"; }`

/**
 * All keys go to the shell, and nothing is drawn beside it. The title tells what runs and where. All in one call, for each takes
 * as long as starting a program; one by one where an older version does not know them all, and stops at the first it does not.
 */
const options = [
  'set -gq status off',
  'set -gq prefix None',
  'set -gq prefix2 None',
  'set -gq mouse off',
  'set -sq escape-time 10',
  'set -gq set-titles on',
  'set -gq set-titles-string "#{pane_current_command}:#{pane_current_path}"',
]
/**
 * Lines that leave the screen stay with the window that shows it: so its own wheel, selection and search work. `m` is empty, or
 * what tmux prints in place of a change to the other screen: the first that it prints. Whatever TERM the account's own files
 * leave, the terminal is ours.
 */
const tellAtStart = `set -gq terminal-overrides "*:Tc:smcup\${m:-@}:rmcup@"`

/** `ssh` gives a shell its own locale. Where the account has none either, letters that are typed would reach the shell as single bytes. */
const utf8Locale =
  'case "$LC_ALL$LC_CTYPE$LANG" in ?*) ;; *) case "$(locale -a 2>/dev/null)" in *C.utf8*|*C.UTF-8*) LC_CTYPE=C.UTF-8; export LC_CTYPE;; esac;; esac'

export interface ShellOptions {
  /** Drawn for this call: what comes before it is the account's, not the shell's. */
  readonly nonce: string
  readonly terminalId: string
  /** `new`: makes the shell unless it is there; `again`: only the one that is there. */
  readonly how: 'new' | 'again'
  /** Without it the shell ends with its connection. */
  readonly keep: boolean
  /** The window shows nothing yet: what the shell printed before comes first. */
  readonly withHistory: boolean
  readonly size: TerminalSize
}

/**
 * The command line for a shell on a terminal, for every account's shell to read alike: single quotes, and neither `!` nor a
 * backslash inside them. It says on a line of its own who keeps the shell (`[<nonce> tmux`, `login`, `nobody`, `gone`). Of a
 * shell that was there, the history follows, then `[<nonce> ready`, which is answered by an empty line. For one that tmux has
 * just made, tmux itself says it (`[<nonce> tmux fresh]`). Then the terminal is the shell's.
 */
export function shellCommand({ nonce, terminalId, how, keep, withHistory, size }: ShellOptions): string {
  const begin = how === 'again' ? gone(nonce) : 'n=1; w=$v; b || { [ -n "$w" ] && w= && b; } && w='
  const attach = attachTo({ nonce, terminalId, withHistory, size })
  const kept = [
    findTmux,
    tmux,
    findLogout,
    ...(how === 'new' ? [`b() { ${newSession(terminalId, size)}; }`] : []),
    // where it was kept once, a new one would look like the old one
    `if [ -n "$t" ] && { u has-session -t ${terminalId} 2>/dev/null || { ${begin}; }; }; then ${attach}; fi`,
    ...(how === 'again' ? [gone(nonce)] : []),
  ]
  const script = [
    // the terminal was not waited for, see `execOnTerminal`; these words are what the person gets instead of a shell
    '[ -t 0 ] || { echo "This account is given no terminal."; exit 1; }',
    'set +euxvfC; n=',
    utf8Locale,
    'l=; case "${SHELL:=/bin/sh}" in */bash|*/zsh|*/fish|*/ksh|*/dash|*/sh) l=-l;; esac',
    ...(keep ? kept : []),
    `echo "[${nonce} nobody"`,
    'exec "$SHELL" $l',
  ]
  return `/bin/sh -c '${script.join('; ')}'`
}

function newSession(terminalId: string, { cols, rows }: TerminalSize): string {
  return (
    `u start-server ";" set -gq history-limit ${maxHistoryLines} ";" set -gq default-terminal screen-256color ";" ` +
    // its own TMUX would keep a person from starting a tmux of theirs inside
    `set -gq default-command "exec env -u TMUX -u TMUX_PANE $SHELL $l" ";" ` +
    `new-session -d -s ${terminalId} -x ${cols} -y ${rows}`
  )
}

function attachTo({
  nonce,
  terminalId,
  withHistory,
  size,
}: Pick<ShellOptions, 'nonce' | 'terminalId' | 'withHistory' | 'size'>): string {
  return [
    // what is typed before tmux has the terminal is tmux's, as it is
    'stty -echo -icanon -isig -icrnl -ixon min 1 time 0 2>/dev/null',
    keptUntilLogout(`u display-message -p -t ${terminalId} "#{pid}"`),
    `u ${options.join(' ";" ')} 2>/dev/null || { ${options.map((option) => `u ${option} 2>/dev/null`).join('; ')}; }`,
    // tmux begins by throwing away what the terminal has not passed on yet. So it is asked for only once all that has come, or
    // says itself what has to come: a shell that has just been made has no history, and is to appear a round trip sooner.
    `if [ -n "$n" ]; then m="=[${nonce} $k fresh]"; else m=; echo "[${nonce} $k"; ` +
      `${withHistory ? `${history(terminalId, size.rows)}; ` : ''}echo "[${nonce} ready"; IFS= read -r r; fi`,
    // a connection that is dead may still hold it
    `u ${tellAtStart} ";" new-session -A -D -s ${terminalId}`,
    `u has-session -t ${terminalId} 2>/dev/null && exit ${takenExitCode}`,
    'exit 0',
  ].join('; ')
}

const gone = (nonce: string): string => `echo "[${nonce} gone"; exit 0`

/** The lines above the screen, then as many empty ones as the screen has: tmux draws over those. */
function history(terminalId: string, rows: number): string {
  return (
    `h=$(u display-message -p -t ${terminalId} "#{history_size}" 2>/dev/null); if [ "\${h:-0}" -gt 0 ]; then ` +
    `u capture-pane -p -e -S -${shownHistory} -E -1 -t ${terminalId}; ` +
    `r=0; while [ $r -lt ${rows} ]; do echo; r=$((r+1)); done; fi`
  )
}

/** Who keeps the shell, as the command says; `login`: tmux, until the logout; `gone`: it is not there any more. */
export type Keeping = 'tmux' | 'login' | 'nobody' | 'gone'

export interface Beginning {
  readonly keeping: Keeping
  /** The first of what the shell prints. */
  readonly rest: string
  /** An empty line is what it waits for. */
  readonly waits: boolean
}

/** Takes what the account's shell prints before ours begins out of what a terminal prints. */
export class ShellBeginning {
  readonly #mark: RegExp
  readonly #ready: RegExp
  #before = ''
  #keeping: Keeping | null = null
  /** What tmux has kept of the shell's text, once it has said that it keeps it. */
  #history = ''

  constructor(nonce: string) {
    this.#mark = new RegExp(`\\[${nonce} (tmux|login|nobody|gone)(?:( fresh)\\]|\\r?\\n)`)
    this.#ready = new RegExp(`\\[${nonce} ready\\r?\\n`)
  }

  /** What was said instead of a shell, so far. */
  get said(): string {
    return this.#before
  }

  /** Null until the marks have come. */
  push(text: string): Beginning | null {
    if (this.#keeping !== null) return this.#pushHistory(this.#keeping, text)
    const said = this.#before + text
    // before it is cut: much may follow the mark at once
    const found = this.#mark.exec(said)
    this.#before = said.slice(-maxBefore)
    if (!found) return null
    const keeping = found[1] as Keeping
    const rest = said.slice(found.index + found[0].length)
    const isKept = keeping === 'tmux' || keeping === 'login'
    if (!isKept || found[2] !== undefined) return { keeping, rest, waits: false }
    this.#keeping = keeping
    return this.#pushHistory(keeping, rest)
  }

  #pushHistory(keeping: Keeping, text: string): Beginning | null {
    this.#history = (this.#history + text).slice(-maxHistory)
    const found = this.#ready.exec(this.#history)
    return found && { keeping, rest: this.#history.slice(0, found.index), waits: true }
  }
}

/** In UTF-16 units: as much as is kept of the text of a terminal here. */
const maxHistory = 512 * 1024
/** Greetings are short; the mark itself comes within one packet or two. */
const maxBefore = 64 * 1024
