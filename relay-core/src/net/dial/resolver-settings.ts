import { readFile } from 'node:fs/promises'

/** This machine's settings for looking up names, apart from the servers, which the resolver reads itself. */
export interface ResolverSettings {
  /** Domains that are appended to short names. */
  readonly search: readonly string[]
  /** A name with this many dots is tried unchanged first. */
  readonly dots: number
  /** Whether names may come from elsewhere than the hosts file and DNS (nsswitch: mDNS, LDAP, ...). */
  readonly hasOtherSources: boolean
  /** Changes whenever the resolver must be created again. */
  readonly version: string
}

/** Read each time: a lab box moves from network to network. */
export async function readResolverSettings(): Promise<ResolverSettings> {
  // What is missing has its default.
  const [resolv, nsswitch] = await Promise.all([
    readFile('/etc/resolv.conf', 'utf8').catch(() => ''),
    readFile('/etc/nsswitch.conf', 'utf8').catch(() => ''),
  ])
  return { ...parseResolv(resolv), hasOtherSources: namesOtherSources(nsswitch), version: resolv }
}

/** `search`, `domain` and `options ndots:` of resolv.conf(5); the last of `search` and `domain` counts. */
export function parseResolv(text: string): Pick<ResolverSettings, 'search' | 'dots'> {
  let search: string[] = []
  let dots = 1
  for (const line of text.split('\n')) {
    const [key, ...values] = line
      .replace(/[#;].*/, '')
      .trim()
      .split(/\s+/)
    if (key === 'search') search = values.filter((domain) => domain !== '.')
    else if (key === 'domain') search = values.slice(0, 1)
    else if (key === 'options') {
      const option = values.map((value) => /^ndots:(\d+)$/.exec(value)?.[1]).find((found) => found)
      if (option !== undefined) dots = Math.min(15, Number(option))
    }
  }
  return { search, dots }
}

/** The `hosts:` line of nsswitch.conf(5); without one, files and DNS. */
export function namesOtherSources(nsswitch: string): boolean {
  const line = nsswitch.split('\n').find((one) => /^\s*hosts\s*:/.test(one)) ?? ''
  const sources = line
    .replace(/#.*/, '')
    .replace(/^\s*hosts\s*:/, '')
    .replace(/\[[^\]]*\]/g, ' ')
    .trim()
    .split(/\s+/)
  return sources.some((source) => source !== '' && source !== 'files' && source !== 'dns')
}

/** The names to ask for, in order; a dot at the end says that the name is fully qualified. */
export function candidates(
  name: string,
  { search, dots }: Pick<ResolverSettings, 'search' | 'dots'>,
): string[] {
  if (name.endsWith('.')) return [name.slice(0, -1)]
  const longer = search.map((domain) => `${name}.${domain.replace(/\.$/, '')}`)
  return name.split('.').length - 1 >= dots ? [name, ...longer] : [...longer, name]
}
