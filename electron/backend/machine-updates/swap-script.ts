import { commandLine, shellWord as quote } from '@nps-desktop/relay-core/api'
import { undoAtBoot } from './undo-at-boot.ts'

/** What the script on the machine has got to; `said` beside it holds the last words of the program. */
export const swapStates = ['started', 'kept', 'undone', 'stuck', 'failed'] as const
export type SwapState = (typeof swapStates)[number]

/** How long the machine waits for a word about the new program before it puts the old one back. */
const decideWithinS = 75

/**
 * Runs on the machine, on its own: the session that began it may be cut by the very program that is replaced. `folder` is its
 * place for words, closed to other accounts. The old file stays beside the new one until somebody has written `keep`.
 */
export function swapScript({
  folder,
  service,
  program,
  uploaded,
  restart,
}: {
  folder: string
  /** What kind of service runs it. */
  service: string
  /** Where it is installed. */
  program: string
  uploaded: string
  /** The shell words that restart its service; fulfilled when the program itself says that it works. */
  restart: string
}): string {
  const at = program.lastIndexOf('/')
  const beside = (mark: string): string => `${program.slice(0, at)}/.${program.slice(at + 1)}.${mark}`
  const old = beside('before')
  const undo = undoAtBoot({ service, folder, program, old, restart })
  return `LC_ALL=C; export LC_ALL
umask 077
dir=${quote(folder)} program=${quote(program)} old=${quote(old)} new=${quote(beside('update'))}
say() { printf '%s\\n' "$1" > "$dir/state.new" && mv -f "$dir/state.new" "$dir/state"; }
lift() { ${undo.lift}; } 2>/dev/null
back() {
  if mv -f "$old" "$program" && { lift; ${restart}; } >"$dir/said.back" 2>&1 </dev/null; then say undone; else say stuck; fi
  exit
}
# the backup of a swap that is not decided yet; an older one was left by a machine that went down
if [ -n "$(find "$old" -prune -cmin -5 2>/dev/null)" ]; then
  echo 'another update is under way' > "$dir/said"; say failed; exit
fi
rm -f "$old" "$new"
# a link takes no room for the old program; a name at which something lies by now is not written through
if { ln "$program" "$old" 2>/dev/null || cp -p "$program" "$old" 2>"$dir/said"; } &&
  ( set -C; cat ${quote(uploaded)} > "$new" ) 2>"$dir/said" && chmod 755 "$new" 2>>"$dir/said" &&
  { ${undo.lay}; } 2>>"$dir/said" && mv -f "$new" "$program" 2>>"$dir/said"; then :; else
  lift; rm -f "$new" "$old"; say failed; exit
fi
${restart} >"$dir/said" 2>&1 </dev/null || back
say started
i=0
while :; do
  if [ -e "$dir/keep" ]; then rm -f "$old"; lift; say kept; exit; fi
  if [ -e "$dir/back" ] || [ $i -ge ${decideWithinS} ]; then break; fi
  sleep 1; i=$((i + 1))
done
back
`
}

/**
 * Makes the folder, takes the script from stdin with the folder's name filled in for `@folder@`, and lets it run on after the
 * session. Prints the folder. A service of systemd starts it where it can: an account's own processes may be ended with its last session.
 */
export function beginSwapScript(service: string): string {
  const byManager =
    service === 'systemd'
      ? 'systemd-run --quiet --collect'
      : service === 'systemd-user'
        ? 'systemd-run --user --quiet --collect'
        : 'false'
  return `umask 077
dir=$(mktemp -d /var/tmp/nps-desktop-update.XXXXXX 2>/dev/null || mktemp -d /tmp/nps-desktop-update.XXXXXX) || exit 1
sed "s|@folder@|$dir|g" > "$dir/run" || exit 1
${byManager} sh "$dir/run" >/dev/null 2>&1 </dev/null || {
  if command -v setsid >/dev/null 2>&1; then detach=setsid; else detach=nohup; fi
  $detach sh "$dir/run" >/dev/null 2>&1 </dev/null &
}
printf '%s\\n' "$dir"`
}

/** Prints the state and, behind it, what the program said last; nothing before there is a state. */
export function readSwapScript(folder: string): string {
  return `cd ${quote(folder)} 2>/dev/null || exit 0
[ -f state ] || exit 0
cat state; tail -n 5 said 2>/dev/null; exit 0`
}

export function decideScript(folder: string, what: 'keep' | 'back'): string {
  return `: > ${quote(`${folder}/${what}`)}`
}

export function forgetSwapScript(folder: string): string {
  return commandLine('rm', '-rf', folder)
}
