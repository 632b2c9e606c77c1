/**
 * nps.conf as the form sees it: `key=value` lines of one INI file, between comments that must survive every edit.
 * Only whole lines are comments (`#` or `;`); a value runs to the end of its line, as the stock program reads it.
 * Whether a value makes sense is the server's to say, when the text is saved.
 */

/** The values in force by key; of a key that stands twice, the last. */
export function readConf(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>()
  for (const line of text.split('\n')) {
    const pair = parseLine(line)
    if (pair) values.set(pair.key, pair.value)
  }
  return values
}

/**
 * The same text with `edits` in it: a key that stands gets the new value in its line, a key that is commented out comes
 * right below its comment, an unknown one at the end. `null` takes the key's line out.
 */
export function editConf(text: string, edits: ReadonlyMap<string, string | null>): string {
  const lines = text.split('\n')
  for (const [key, value] of edits) {
    const at = lines.findLastIndex((line) => parseLine(line)?.key === key)
    if (value === null) {
      if (at >= 0) lines.splice(at, 1)
      continue
    }
    const line = at < 0 ? undefined : lines[at]
    if (line !== undefined) {
      lines[at] = line.replace(
        /^(\s*[^=\s]+\s*=[ \t]*).*?(\r?)$/,
        (_, head: string, end: string) => head + value + end,
      )
      continue
    }
    const below = lines.findLastIndex((line) => commentedKey(line) === key)
    if (below >= 0) lines.splice(below + 1, 0, `${key}=${value}`)
    else lines.splice(lines.at(-1) === '' ? lines.length - 1 : lines.length, 0, `${key}=${value}`)
  }
  return lines.join('\n')
}

/** Keys whose value differs, in the order of `after`, then those that are gone. */
export function changedKeys(before: string, after: string): readonly string[] {
  const old = readConf(before)
  const now = readConf(after)
  return [...new Set([...now.keys(), ...old.keys()])].filter((key) => old.get(key) !== now.get(key))
}

function parseLine(line: string): { key: string; value: string } | undefined {
  const match = /^\s*([A-Za-z][\w.-]*)\s*=([^\n]*)$/.exec(line)
  return match?.[1] === undefined ? undefined : { key: match[1], value: (match[2] ?? '').trim() }
}

function commentedKey(line: string): string | undefined {
  return /^\s*[#;]\s*([A-Za-z][\w.-]*)\s*=/.exec(line)?.[1]
}
