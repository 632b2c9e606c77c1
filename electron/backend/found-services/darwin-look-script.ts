/**
 * What `lookScript` prints, on macOS, except for `started`, and before it `persons UID`: the lowest number that a person's account has there.
 * `lsof` (lsof(8), "Output for other programs") lists the listening sockets of this account alone, with one field in each line, named by its
 * first letter: process, user, name. It knows no inodes, so the sockets are numbered instead. `ps` separates arguments by spaces, so one that
 * contains a space becomes two. `sed` and `awk` are those of BSD.
 */
export const darwinLookScript = String.raw`
printf 'persons 501\nme %s %s\nuser %s %s\n' "$(id -u)" "$HOME" "$(id -u)" "$(id -un)"
sockets=$(lsof -nP -V -iTCP -sTCP:LISTEN -Fpun 2>/dev/null | awk '
  function looked() { if (!told) printf "looked lsof\n"; told = 1 }
  /^lsof: .*located/ { looked() }
  /^p/ { pid = substr($0, 2) }
  /^u/ { uid = substr($0, 2) }
  /^n/ {
    at = length($0)
    while (at > 1 && substr($0, at, 1) != ":") at--
    host = substr($0, 2, at - 2); port = substr($0, at + 1); hex = ""
    if (host == "*") hex = "00000000"
    else if (host == "[::1]") hex = "00000000000000000000000001000000"
    else if (split(host, part, ".") == 4) hex = sprintf("%02X%02X%02X%02X", part[4], part[3], part[2], part[1])
    if (port ~ /^[0-9]+$/) looked()
    if (hex == "" || port !~ /^[0-9]+$/ || count == 300) next
    count++
    printf "tcp %s:%04X %s %d\nown %s %d\n", hex, port, uid, count, pid, count
  }')
printf '%s\n' "$sockets"
for pid in $(printf '%s\n' "$sockets" | awk '$1 == "own" { print $2 }' | sort -un | head -n 200); do
  printf 'proc %s %s\n' "$pid" "$(lsof -a -p "$pid" -d cwd -Fn 2>/dev/null | sed -n 's/^n//p' | head -n 1)"
  printf 'args %s %s\n' "$pid" "$(ps -ww -o args= -p "$pid" 2>/dev/null | tr '\n' ' ' | tr ' ' '\037' | cut -c 1-1000)"
done
`
