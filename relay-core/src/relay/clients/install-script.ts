import { shellWord } from '../../api/shell-words.ts'

export interface InstallScriptOptions {
  /** `host:port` of the bridge, as the lab box is to dial it. */
  server: string
  vkey: string
  fingerprint: string
  curlPin: string
  /** `https://host:port/i/<code>`. */
  url: string
  /** SHA-256 (hex) of the compressed programs by processor; a processor without one is refused by the script. */
  programs: Readonly<Partial<Record<'amd64' | 'arm64', string>>>
}

/**
 * The script behind the pasted line, for any POSIX shell (dash, bash, busybox). It runs only once it has arrived
 * whole, fetches npc over the same pinned key, checks its SHA-256 and installs it at the best level the machine allows. Flags
 * that the line gives it go to `npc install`.
 */
export function installScript({
  server,
  vkey,
  fingerprint,
  curlPin,
  url,
  programs,
}: InstallScriptOptions): string {
  const q = shellWord
  return `#!/bin/sh
# Installs npc, the agent that connects this machine to ${server.replace(/[^\w.:[\]-]/g, '')}.
set -eu

fail() {
  echo "npc was not installed: $1" >&2
  exit 1
}

fetch() {
  if command -v curl >/dev/null 2>&1; then
    curl -fsSL -k --pinnedpubkey ${q(curlPin)} -o "$2" "$1"
  else
    wget -q --no-check-certificate --pinnedpubkey=${q(curlPin)} -O "$2" "$1"
  fi
}

main() {
  [ "$(uname -s)" = Linux ] || fail "this is $(uname -s), and npc is for Linux."
  case "$(uname -m)" in
    x86_64 | amd64) arch=amd64 sum=${q(programs.amd64 ?? '')} ;;
    aarch64 | arm64) arch=arm64 sum=${q(programs.arm64 ?? '')} ;;
    *) fail "there is no npc for the processor $(uname -m)." ;;
  esac
  [ -n "$sum" ] || fail "the relay has no npc for $arch. Put npc-linux-$arch.gz into its programs folder."
  for tool in gzip sha256sum mktemp; do
    command -v "$tool" >/dev/null 2>&1 || fail "$tool is missing on this machine."
  done
  work=''
  trap 'rm -rf "$work"' EXIT
  trap 'exit 1' HUP INT TERM
  # The home folder first: it is nobody else's. Where others may write, too, they must not be able to rename what is ours.
  for place in "\${HOME:-/root}" "\${TMPDIR:-/tmp}"; do
    case "$(ls -ldL "$place" 2>/dev/null)" in
      d????????[tT]*) ;;
      d????-??-*) [ -O "$place" ] || continue ;;
      *) continue ;;
    esac
    work=$(mktemp -d "$place/npc-install.XXXXXX" 2>/dev/null) || continue
    printf '#!/bin/sh\\n' 2>/dev/null >"$work/try" && chmod 700 "$work/try"
    if "$work/try" 2>/dev/null; then break; fi
    rm -rf "$work"
    work=''
  done
  [ -n "$work" ] || fail "neither the home folder nor /tmp can hold a program of this account alone and lets it run."
  echo "Fetching npc for $arch ..."
  fetch ${q(url)}/npc-$arch.gz "$work/npc.gz" || fail "the download broke off. Paste the line again."
  echo "$sum  $work/npc.gz" | sha256sum -c >/dev/null 2>&1 || fail "the download is damaged. Paste the line again."
  gzip -dc "$work/npc.gz" >"$work/npc" || fail "the program could not be unpacked: is the disk full?"
  chmod 700 "$work/npc"
  "$work/npc" -version || fail "npc does not start on this machine (see the line above)."
  NPC_SERVER_VKEY=${q(vkey)} "$work/npc" install -server=${q(server)} -fingerprint=${q(fingerprint)} "$@"
  NPC_SERVER_VKEY='' "$work/npc" start
  "$work/npc" status || true
}

main "$@"
`
}
