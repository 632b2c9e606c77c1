/**
 * The lines of nps.conf: `key=value` between comments that survive every edit. One reading of a line for the relay, the
 * command line and the app's form, so that what a form shows is what the relay takes.
 */

export type ConfLine =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'heading'; readonly name: string }
  | { readonly kind: 'pair'; readonly key: string; readonly value: string }
  | { readonly kind: 'wrong'; readonly text: string }

/** Reads the stock INI dialect: `#` and `;` start comment lines, keys ignore case, and there are no comments behind a value. */
export function readConfLine(raw: string): ConfLine {
  const content = raw.replace(/^\uFEFF/, '').trim()
  if (content === '' || isComment(content)) return { kind: 'nothing' }
  const heading = /^\[([^\]]*)\]$/.exec(content)
  if (heading) return { kind: 'heading', name: (heading[1] ?? '').trim() }
  const pair = /^([^=\s][^=]*?)\s*=\s*(.*)$/.exec(content)
  if (!pair) return { kind: 'wrong', text: content }
  const [, key = '', value = ''] = pair
  return { kind: 'pair', key: key.toLowerCase(), value: unquote(value) }
}

/** Whether a line that begins with something else than a space says nothing. */
export function isComment(line: string): boolean {
  return line.startsWith('#') || line.startsWith(';')
}

/** Lines without their endings; `\r\n` counts as one. */
export function splitLines(text: string): string[] {
  return text.split(/\r?\n/)
}

/** The effective values by key; for a key that occurs twice, the last one. */
export function readConf(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>()
  for (const raw of splitLines(text)) {
    const line = readConfLine(raw)
    if (line.kind === 'pair') values.set(line.key, line.value)
  }
  return values
}

/**
 * The same text with `edits` applied: for an existing key, the line in effect gets the new value; one that exists only
 * as a comment gets its line right below it; an unknown one goes to the end. `null` removes the key's lines. Comments,
 * order, the spelling of keys and line endings are kept. Keys are written in lower case.
 */
export function editConf(text: string, edits: ReadonlyMap<string, string | null>): string {
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n'
  let lines = splitLines(text)
  for (const [key, value] of edits) {
    if (value === null) lines = lines.filter((line) => keyOf(line) !== key)
    else setKey(lines, key, value)
  }
  return lines.join(lineEnd)
}

/** Keys whose value differs, in the order of `after`, then those that are gone. */
export function changedKeys(before: string, after: string): readonly string[] {
  const old = readConf(before)
  const now = readConf(after)
  return [...new Set([...now.keys(), ...old.keys()])].filter((key) => old.get(key) !== now.get(key))
}

/** Whether a value that is edited in is read back as it is. */
export function isReadableValue(value: string): boolean {
  // oxlint-disable-next-line no-control-regex
  return !/[\u0000-\u001f\u007f]/.test(value) && value === value.trim() && unquote(value) === value
}

function setKey(lines: string[], key: string, value: string): void {
  // A value that would lose its quotes gets a second pair.
  const written = unquote(value) === value ? value : `"${value}"`
  // When a key occurs twice, the last line is the one that is read.
  const active = lines.findLastIndex((line) => keyOf(line) === key)
  if (active >= 0) {
    const [, head = '', equals = ''] = /^([^=]*?)(\s*=\s*)/.exec(lines[active] ?? '') ?? []
    lines[active] = `${head}${written === '' ? equals.trimEnd() : equals}${written}`
    return
  }
  const commented = lines.findLastIndex((line) => commentedKey(line) === key)
  if (commented >= 0) {
    lines.splice(commented + 1, 0, `${key}=${written}`)
    return
  }
  const end = lines.at(-1) === '' ? lines.length - 1 : lines.length
  lines.splice(end, 0, `${key}=${written}`)
  if (lines.at(-1) !== '') lines.push('')
}

function keyOf(line: string): string | undefined {
  const read = readConfLine(line)
  return read.kind === 'pair' ? read.key : undefined
}

function commentedKey(line: string): string | undefined {
  return /^\s*[#;]\s*([\w.-]+)\s*=/.exec(line)?.[1]?.toLowerCase()
}

/** Once, as the stock program does. */
function unquote(value: string): string {
  return value.length >= 2 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value
}
