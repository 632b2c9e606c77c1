/** What a package is to be, out of fpm's arguments. */
export interface PackageRequest {
  readonly type: 'deb' | 'rpm'
  readonly name: string
  readonly version: string
  /** As Debian names it: `amd64` or `arm64`. */
  readonly architecture: string
  readonly maintainer: string
  /** The homepage. */
  readonly url: string
  readonly license: string
  /** The first line is the summary; further lines begin with a space, as Debian wants them. */
  readonly description: string
  readonly section: string
  readonly depends: readonly string[]
  readonly recommends: readonly string[]
  /** Paths of scripts. */
  readonly afterInstall: string
  readonly afterRemove: string
  /** `xz` or `gz`, and how hard: 0 to 9. */
  readonly compression: 'xz' | 'gz'
  readonly level: number
  /** Where the package is written. */
  readonly target: string
  /** What goes where; a folder ends with `/` and gives its contents. */
  readonly files: readonly { readonly from: string; readonly to: string }[]
}

const withoutValue: ReadonlySet<string> = new Set(['--force', '--debug'])

/** Reads what electron-builder's FpmTarget passes. Throws on what it cannot serve. */
export function parseFpmArguments(args: readonly string[]): PackageRequest {
  const options = new Map<string, string[]>()
  const files: { from: string; to: string }[] = []
  const queue = args[Symbol.iterator]()
  for (const argument of queue) {
    if (withoutValue.has(argument)) continue
    if (!argument.startsWith('-')) {
      const at = argument.lastIndexOf('=')
      if (at < 0) throw new Error(`fpm: ${argument} does not say where it goes`)
      files.push({ from: argument.slice(0, at), to: argument.slice(at + 1) })
      continue
    }
    const [flag = '', inline] = argument.startsWith('--') ? splitOnce(argument) : [argument]
    const value = inline ?? queue.next().value
    if (value === undefined) throw new Error(`fpm: ${flag} lacks its value`)
    options.set(flag, [...(options.get(flag) ?? []), value])
  }
  const optional = (flag: string) => options.get(flag)?.at(-1)
  const one = (flag: string): string => {
    const value = optional(flag)
    if (value === undefined) throw new Error(`fpm: ${flag} is missing`)
    return value
  }
  const type = one('-t')
  if (type !== 'deb' && type !== 'rpm') throw new Error(`fpm: no packages of type ${type}`)
  return {
    type,
    name: one('--name'),
    version: one('--version'),
    architecture: one('--architecture'),
    maintainer: one('--maintainer'),
    url: one('--url'),
    license: one('--license'),
    description: one('--description').trim(),
    section: optional('--category') ?? 'net',
    depends: [...(options.get('-d') ?? []), ...(options.get('--depends') ?? [])],
    recommends: options.get('--deb-recommends') ?? [],
    afterInstall: one('--after-install'),
    afterRemove: one('--after-remove'),
    compression: optional(`--${type}-compression`)?.startsWith('gz') ? 'gz' : 'xz',
    level: Number(optional(`--${type}-compression-level`) ?? 6),
    target: one('--package'),
    files,
  }
}

function splitOnce(argument: string): [string, string?] {
  const at = argument.indexOf('=')
  return at < 0 ? [argument] : [argument.slice(0, at), argument.slice(at + 1)]
}
