import { type Clock, systemClock } from '@nps-desktop/relay-core/async'
import { type RemoteShell, unexpectedAnswer } from '../../ssh/shell/remote-shell.ts'
import { unxzFunction } from './unxz-function.ts'
import { ownFolderFunctions } from './own-folder.ts'

/** What a machine is, as far as it matters for running a program there. */
export interface MachineFacts {
  /** `Linux`, `Darwin` (macOS), `Windows`, … */
  readonly kind: string
  readonly os: string
  readonly kernel: string
  /** As `uname -m` prints it. */
  readonly machine: string
  /** `glibc 2.36`, `musl 1.2.4`, or empty when it does not say. */
  readonly libc: string
  readonly availableBytes: number | null
  /** The machine's clock minus ours, in whole seconds. */
  readonly clockAheadSeconds: number
  readonly home: string
  readonly canXz: boolean
  readonly places: readonly UploadPlace[]
}

/** A folder where an upload could go. */
export interface UploadPlace {
  readonly folder: string
  readonly mount: string
  readonly freeBytes: number
  readonly runsPrograms: boolean
}

/**
 * Tried in this order as the folder of an upload: the home folder is nobody else's; some machines have a small or a
 * noexec one. One where other accounts could put their file in place of ours is no place.
 */
const usualPlaces: readonly string[] = ['"$HOME"', '/var/tmp', '/tmp']

/**
 * What is asked, of Linux and of macOS. musl tells its version by its loader where there is no ldd. The last line is only
 * about the space that the program needs where it is installed.
 */
export function factsScript(places: readonly string[] = usualPlaces): string {
  return `${ownFolderFunctions}${unxzFunction}
say() { printf '%s=%s\\n' "$1" "$2"; }
say kind "$(uname -s)"
say os "$( (. /etc/os-release && printf '%s' "$PRETTY_NAME") 2>/dev/null || head -n 1 /etc/redhat-release 2>/dev/null || (name=$(sw_vers -productName) && echo "$name $(sw_vers -productVersion)") 2>/dev/null || uname -s)"
say kernel "$(uname -r)"
say machine "$(uname -m)"
say libc "$(getconf GNU_LIBC_VERSION 2>/dev/null || { ldd --version 2>&1 || for f in /lib/ld-musl-*.so.1; do "$f" --version 2>&1; done; } | head -n 3 | tr '\\n' ' ')"
say memory "$(sed -n 's/^MemAvailable: *\\([0-9]*\\) kB/\\1/p' /proc/meminfo 2>/dev/null)"
say now "$(date +%s)"
say home "$HOME"
say xz "$(canUnxz && echo yes)"
place() {
  free=$(df -Pk "$1" 2>/dev/null | sed -n '$s/^.* \\([0-9][0-9]*\\)  *[0-9-]*%  *\\(.*\\)$/\\1 \\2/p')
  runs=$(
    enter_base "$1" || exit 0
    top=$(pwd -P) && own=$(umask 077; mktemp -d .nps-desktop.XXXXXX 2>/dev/null) || { echo no; exit 0; }
    if enter_own "$own"; then
      printf '#!/bin/sh\\n' 2>/dev/null > try && chmod 700 try && ./try 2>/dev/null && echo yes || echo no
    fi
    cd "$top" && rm -rf "$own"
  )
  [ -n "$runs" ] || return 0
  say place "$runs $free|$1"
}
for p in ${places.join(' ')}; do place "$p"; done
say install "$(df -Pk /usr 2>/dev/null | sed -n '$s/^.* \\([0-9][0-9]*\\)  *[0-9-]*%  *\\(.*\\)$/\\1 \\2/p')|/usr"
`
}

/** Asks the machine; changes nothing but a file of a few bytes in a folder of its own that is gone again at once. */
export async function readMachineFacts(
  shell: RemoteShell,
  { signal, clock = systemClock }: { signal: AbortSignal; clock?: Clock },
): Promise<MachineFacts> {
  const asked = clock.now()
  const text = await shell.output(factsScript(), { signal })
  const facts = parseMachineFacts(text, (asked + clock.now()) / 2)
  if (facts.kind === '' || facts.machine === '' || !facts.home.startsWith('/'))
    throw unexpectedAnswer(shell.session.address.host, 'uname', text)
  return facts
}

/** `nowMs`: our time in the middle of the question. */
export function parseMachineFacts(text: string, nowMs: number): MachineFacts {
  const values = new Map<string, string[]>()
  for (const line of text.split('\n')) {
    const at = line.indexOf('=')
    if (at < 0) continue
    const name = line.slice(0, at)
    values.set(name, [...(values.get(name) ?? []), line.slice(at + 1).trim()])
  }
  const one = (name: string): string => values.get(name)?.[0] ?? ''
  const memoryKb = Number(one('memory') || Number.NaN)
  const now = Number(one('now') || Number.NaN)
  return {
    kind: one('kind'),
    os: one('os').slice(0, 100),
    kernel: one('kernel').slice(0, 100),
    machine: one('machine'),
    libc: describeLibc(one('libc')),
    availableBytes: Number.isNaN(memoryKb) ? null : memoryKb * 1024,
    clockAheadSeconds: Number.isNaN(now) ? 0 : Math.round(now - nowMs / 1000),
    home: one('home'),
    canXz: one('xz') !== '',
    places: [
      ...(values.get('place') ?? []).flatMap(parsePlace),
      ...(values.get('install') ?? []).flatMap((line) => parsePlace(`no ${line}`)),
    ],
  }
}

function parsePlace(line: string): UploadPlace[] {
  const match = /^(yes|no) (\d+) ([^|]+)\|(.+)$/.exec(line)
  if (!match) return []
  const [, runs, freeKb, mount, folder] = match
  return [
    {
      folder: folder ?? '',
      mount: mount ?? '',
      freeBytes: Number(freeKb) * 1024,
      runsPrograms: runs === 'yes',
    },
  ]
}

function describeLibc(text: string): string {
  const glibc = /(?:glibc|GLIBC|GNU libc\))\D*(\d+\.\d+)/.exec(text)?.[1]
  if (glibc) return `glibc ${glibc}`
  if (/musl libc/i.test(text)) return `musl ${/(\d+\.\d+\.\d+)/.exec(text)?.[1] ?? ''}`.trim()
  return ''
}
