import type { SystemUpdates } from '@nps-desktop/electron/contract'

/**
 * Asks apt or dnf what they would do, by the lists that they have already: nothing is fetched, locked or written. apt-get says by the
 * archive of a package whether its update is one of security, dnf by its advisories.
 */
export const updateListScript = `
PATH="$PATH:/usr/sbin:/sbin"
printf '@@system\\n'; sed -n 's/^PRETTY_NAME=//p' /etc/os-release 2>/dev/null
if command -v apt-get >/dev/null 2>&1; then
  if list=$(nice -n 19 apt-get -s -o Debug::NoLocking=1 -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= dist-upgrade 2>/dev/null </dev/null); then
    printf '@@apt\\n'; printf '%s\\n' "$list" | grep '^Inst ' | head -n 2000
    printf '@@listed\\n'
    stat -c %Y /var/lib/apt/periodic/update-success-stamp 2>/dev/null || stat -c %Y /var/lib/apt/lists 2>/dev/null
  fi
elif command -v dnf >/dev/null 2>&1; then
  # without a cache of its own an account learns nothing, which is not the same as nothing to do
  if list=$(nice -n 19 dnf -q -C updateinfo list --security 2>/dev/null </dev/null); then
    printf '@@dnf\\n'; printf '%s\\n' "$list" | head -n 2000
  fi
fi
printf '@@end\\n'
`

const maxPackages = 200
const maxSystemLength = 80
/** How far the machine's clock may be before this one's. */
const maxAheadMs = 24 * 60 * 60_000

/** What the script has printed; null where the machine has neither apt nor dnf, or was cut off. `asRoot`: who signs in there is root. */
export function parseUpdateList(
  text: string,
  { atMs, asRoot }: { atMs: number; asRoot: boolean },
): SystemUpdates | null {
  const sections = new Map<string, string[]>()
  let current: string[] = []
  for (const line of text.split('\n')) {
    const name = /^@@(\w+)$/.exec(line)?.[1]
    if (name === undefined) current.push(line)
    else sections.set(name, (current = []))
  }
  const [apt, dnf] = [sections.get('apt'), sections.get('dnf')]
  if (!sections.has('end') || (!apt && !dnf)) return null
  const named = [...(apt ?? []).map(securityOfApt), ...(dnf ?? []).map(securityOfDnf)]
  const found = named.filter((name) => name !== undefined)
  const listed = Number(sections.get('listed')?.[0] ?? Number.NaN)
  const sudo = asRoot ? '' : 'sudo '
  return {
    system: systemName(sections.get('system')?.[0] ?? ''),
    packages: [...new Set(found)].toSorted().slice(0, maxPackages),
    listedAtMs: listed > 0 && listed * 1000 <= atMs + maxAheadMs ? Math.round(listed * 1000) : null,
    command: apt ? `${sudo}apt-get update && ${sudo}apt-get dist-upgrade` : `${sudo}dnf upgrade --security`,
    atMs,
  }
}

/** `Inst libssl3 [3.0.2-1] (3.0.2-2 Ubuntu:22.04/jammy-security [amd64])` */
function securityOfApt(line: string): string | undefined {
  const match = /^Inst (\S{1,100}) .*\(\S+ ([^)]*)\)/.exec(line)
  return match && /-security\b|debian-security/i.test(match[2] ?? '') ? match[1] : undefined
}

/** `RHSA-2026:1 Important/Sec. openssl-3.0-1.x86_64`; of dnf 5, `name security Important openssl-3.0-1.x86_64 2026-…`. */
function securityOfDnf(line: string): string | undefined {
  return (
    /^\S+\s+\S*Sec\.\s+(\S{1,100})\s*$/.exec(line)?.[1] ??
    /^\S+\s+security\s+\S+\s+(\S{1,100})(?:\s|$)/.exec(line)?.[1]
  )
}

/** Without the quotes of the file, and in one line of what can be shown. */
function systemName(text: string): string {
  const name = text
    .replace(/^["']|["']$/g, '')
    .replaceAll(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, '')
    .trim()
  return name.slice(0, maxSystemLength) || 'Linux'
}
