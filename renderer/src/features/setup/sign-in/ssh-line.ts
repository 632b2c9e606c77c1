/** What an ssh command, an `ssh://` address or `user@host:port` says about where and how to sign in; only what it names. */
export interface SshLine {
  readonly host: string
  readonly user?: string
  readonly port?: number
  /** Path of a private key, of `-i` or `-o IdentityFile`. */
  readonly key?: string
  /** The first of the machines in between, of `-J` or `-o ProxyJump`. */
  readonly jump?: Omit<SshLine, 'key' | 'jump'>
}

/** Options of OpenSSH's ssh that take a value, by its manual page; every other letter is a switch. */
const withValue = new Set('BbcDEeFIiJLlmOopQRSWwP')

interface Options {
  user?: string
  port?: number
  key?: string
  jump?: string
}

/**
 * Reads `ssh -i key -p 2222 root@120.1.1.2`, `ssh://root@120.1.1.2:2222`, `root@120.1.1.2:2222` or `[::1]:22` out of
 * what was pasted or typed as the address, with its options in any place. Null for a plain host name, which needs no
 * reading, and for what names no machine or runs a command there.
 */
export function readSshLine(typed: string): SshLine | null {
  const words = wordsOf(typed.replace(/^\s*\$\s+/, ''))
  const isCommand = words[0] !== undefined && /(^|\/)ssh(\.exe)?$/.test(words[0])
  const read = readWords(isCommand ? words.slice(1) : words)
  if (!read) return null
  const { place, options } = read
  const at = readPlace(place)
  if (!at) return null
  const user = at.user ?? options.user
  const port = at.port ?? options.port
  const jump = readPlace(options.jump?.split(',')[0] ?? '')
  const isPlain = !/^ssh:\/\//i.test(place) && user === undefined && port === undefined
  if (!isCommand && isPlain && options.key === undefined && !jump) return null
  return {
    host: at.host,
    ...(user === undefined ? {} : { user }),
    ...(port === undefined ? {} : { port }),
    ...(options.key === undefined ? {} : { key: options.key }),
    ...(jump ? { jump } : {}),
  }
}

/** One machine and its options; null when there are more words than that. */
function readWords(words: readonly string[]): { place: string; options: Options } | null {
  const options: Options = {}
  const places: string[] = []
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? ''
    if (!word.startsWith('-') || word === '-') {
      places.push(word)
      continue
    }
    // switches may be grouped, and the last letter of a group may take a value: -Np2222
    const valued = [...word].findIndex((letter, place) => place > 0 && withValue.has(letter))
    if (valued < 0) continue
    const letter = word[valued] ?? ''
    const attached = word.slice(valued + 1)
    const value = attached === '' ? words[(at += 1)] : attached
    if (value === undefined) return null
    takeOption(options, letter, value)
  }
  const [place, ...more] = places
  return place === undefined || more.length > 0 ? null : { place, options }
}

function takeOption(options: Options, letter: string, value: string): void {
  if (letter === 'l') options.user = value
  else if (letter === 'p') Object.assign(options, portOf(value))
  else if (letter === 'i') options.key = value
  else if (letter === 'J') options.jump = value
  else if (letter === 'o') {
    const [, name = '', of = ''] = /^\s*(\w+)\s*[=\s]\s*(.*?)\s*$/.exec(value) ?? []
    const letters: Record<string, string> = { user: 'l', port: 'p', identityfile: 'i', proxyjump: 'J' }
    const known = letters[name.toLowerCase()]
    if (known) takeOption(options, known, of)
  }
}

/** `[ssh://][user@]host[:port]`, an IPv6 host in brackets where a port follows. */
function readPlace(text: string): { host: string; user?: string; port?: number } | null {
  const match = /^(?:ssh:\/\/)?(?:([^\s@/]+)@)?(\[[0-9a-fA-F:.%]+\]|[^\s:@[\]/]+)(?::(\d{1,5}))?\/?$/i.exec(
    text,
  )
  const host = match?.[2]?.replace(/^\[|\]$/g, '')
  if (!match || !host) return null
  return { host, ...(match[1] === undefined ? {} : { user: match[1] }), ...portOf(match[3]) }
}

function portOf(text: string | undefined): { port?: number } {
  const port = /^\d{1,5}$/.test(text ?? '') ? Number(text) : 0
  return port >= 1 && port <= 65_535 ? { port } : {}
}

/** The words of a command line; quotes keep one together, as in a shell. */
function wordsOf(line: string): string[] {
  const parts = line.matchAll(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g)
  return [...parts].map(([word]) => word.replaceAll(/"([^"]*)"|'([^']*)'/g, '$1$2'))
}
