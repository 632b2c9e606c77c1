import { shellWord } from '../../api/words/shell-words.ts'
import type { ProgramSums } from './programs.ts'

export interface InstallScriptOptions {
  /** `host:port` of the bridge, as the lab box is to dial it. */
  server: string
  vkey: string
  fingerprint: string
  curlPin: string
  /** `https://host:port/i/<code>`. */
  url: string
  /** A machine that none of them is for is refused by the script. */
  programs: ProgramSums
}

/**
 * The script behind the pasted line, for any POSIX shell (dash, bash, busybox), on Linux and macOS. It runs only once it has arrived
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

is_musl() {
  if getconf GNU_LIBC_VERSION >/dev/null 2>&1; then return 1; fi
  { ldd --version 2>&1 || for f in /lib/ld-musl-*.so.1; do "$f" --version 2>&1; done; } | grep -qi 'musl libc'
}

# macOS had no sha256sum before version 15.
sha256() {
  if command -v sha256sum >/dev/null 2>&1; then sha256sum; else shasum -a 256; fi | cut -d ' ' -f 1
}

main() {
  help=''
  case "$(uname -s)" in
    Linux) system=linux ;;
    Darwin) system=darwin ;;
    *) fail "this is $(uname -s), and npc is for Linux, macOS and Windows." ;;
  esac
  if [ $system = linux ] && is_musl; then
    system=linux-musl help=' It needs libstdc++; on Alpine: apk add libstdc++'
  fi
  case "$(uname -m)" in
    x86_64 | amd64) arch=amd64 ;;
    aarch64 | arm64) arch=arm64 ;;
    *) fail "there is no npc for the processor $(uname -m)." ;;
  esac
  program=npc-$system-$arch.gz sum=''
  case $program in
${sums(programs)}
  esac
  [ -n "$sum" ] || fail "the relay has no npc for $system on $arch. Make the line for that system in the app, or put $program into the relay's programs folder."
  for tool in gzip mktemp cut; do
    command -v "$tool" >/dev/null 2>&1 || fail "$tool is missing on this machine."
  done
  [ -n "$(sha256 </dev/null 2>/dev/null)" ] || fail "sha256sum is missing on this machine."
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
  echo "Fetching npc for $system on $arch ..."
  fetch ${q(url)}/$program "$work/npc.gz" || fail "the download broke off. Paste the line again."
  [ "$(sha256 <"$work/npc.gz")" = "$sum" ] || fail "the download is damaged. Paste the line again."
  gzip -dc "$work/npc.gz" >"$work/npc" || fail "the program could not be unpacked: is the disk full?"
  chmod 700 "$work/npc"
  "$work/npc" -version || fail "npc does not start on this machine (see the line above).$help"
  NPC_SERVER_VKEY=${q(vkey)} "$work/npc" install -server=${q(server)} -fingerprint=${q(fingerprint)} "$@"
  NPC_SERVER_VKEY='' "$work/npc" start
  "$work/npc" status || true
}

main "$@"
`
}

/** Branches of a `case` over the file's name. */
function sums(programs: ProgramSums): string {
  const known = Object.entries(programs).map(([name, sum]) => `    ${name}) sum=${shellWord(sum)} ;;`)
  return known.length === 0 ? '    *) ;;' : known.join('\n')
}
