import { darwinLookScript } from './darwin-look-script.ts'

/** At most this many listening sockets, and this many processes, are told of. */
export const maxListeners = 300
export const maxProcesses = 200
/** Of each command line, in bytes. */
const maxCommandBytes = 1_000

/**
 * What listens on a machine with Linux or macOS, asked in one go. Lines of the answer, by their first word:
 * - `looked SOURCE` where the system has listed its sockets, even if there is none;
 * - `me UID HOME`, `user UID NAME` for each owner of a socket;
 * - `tcp ADDRESS:PORT UID INODE`, as /proc/net/tcp and tcp6 have them (proc(5)): unlike `ss`, they name the owner of other
 *   people's sockets too;
 * - `started PORT` for each service that this app keeps running there;
 * - `own PID INODE`: which process of this account has the socket open;
 * - `proc PID FOLDER`, then `args PID ARGUMENTS` with \x1f between the arguments;
 * - `ps UID COMMAND`: other people's programs of the kinds that are looked for; `hidepid` of /proc may hide them.
 * A system that is not macOS and has no /proc/net/tcp tells nothing of sockets.
 */
export const lookScript = String.raw`
if [ -r /proc/net/tcp ]; then
printf 'me %s %s\n' "$(id -u)" "$HOME"
head -n 1 /proc/net/tcp | grep -q local_address && printf 'looked proc\n'
sockets=$(cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk '$4 == "0A" { print $2, $8, $10 }' | head -n ${maxListeners})
printf '%s\n' "$sockets" | sed -n 's/^./tcp &/p'
uids=$(printf '%s\n' "$sockets" | awk 'NF == 3 { print $2 }' | sort -un)
for uid in $uids; do
  name=$(getent passwd "$uid" 2>/dev/null || awk -F: -v id="$uid" '$3 == id' /etc/passwd)
  printf 'user %s %s\n' "$uid" "$(printf '%s\n' "$name" | head -n 1 | cut -d: -f1)"
done
own=$(ls -l /proc/[0-9]*/fd 2>/dev/null | awk -v known="$(printf '%s\n' "$sockets" | awk '{ print $3 }' | tr '\n' ' ')" '
  BEGIN { count = split(known, list, " "); for (i = 1; i <= count; i++) wanted[list[i]] = 1 }
  /^\/proc\// { split($0, part, "/"); pid = part[3]; next }
  { at = index($0, "socket:["); if (!at) next; inode = substr($0, at + 8); sub(/\].*/, "", inode); if (inode in wanted) print pid, inode }
' | sort -u | head -n ${maxProcesses})
state=$XDG_STATE_HOME; [ -n "$state" ] || state=$HOME/.local/state
for file in "$state"/nps-desktop/nps-desktop-*-*.sh; do
  [ -f "$file" ] && printf 'started %s\n' "$(basename "$file" .sh | sed 's/.*-//')"
done
printf '%s\n' "$own" | sed -n 's/^./own &/p'
for pid in $(printf '%s\n' "$own" | awk 'NF { print $1 }' | sort -un); do
  printf 'proc %s %s\n' "$pid" "$(readlink "/proc/$pid/cwd" 2>/dev/null | head -n 1)"
  printf 'args %s %s\n' "$pid" "$(tr '\000\n\r' '\037  ' < "/proc/$pid/cmdline" 2>/dev/null | head -c ${maxCommandBytes})"
done
elif [ "$(uname -s)" = Darwin ]; then
${darwinLookScript}
fi
ps -eo uid=,args= 2>/dev/null | awk -v me="$(id -u)" '$1 != me' | cut -c 1-${maxCommandBytes} |
  grep -E 'jupyter|tensorboard|code-server|openvscode|gradio|streamlit|mlflow|vllm|sglang|ollama|llama-server|text-generation|sshd|xrdp|vnc' |
  grep -v ipykernel | head -n ${maxProcesses} | sed 's/^ */ps /'
:`
