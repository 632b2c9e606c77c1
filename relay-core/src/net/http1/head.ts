/**
 * Heads of HTTP/1 as bytes: each byte is a character up to U+00FF, so that what is beyond ASCII (RFC 9110 §5.5 obs-text)
 * is passed on unchanged. Fields are name, value, name, value, in the sender's order and spelling.
 */
export type RawFields = readonly string[]

export interface RequestHead {
  readonly method: string
  readonly target: string
  /** Of HTTP/1.x: 0, or 1 for whatever came later. */
  readonly minor: 0 | 1
  readonly fields: RawFields
}

export interface AnswerHead {
  readonly status: number
  readonly reason: string
  readonly minor: 0 | 1
  readonly fields: RawFields
}

/** A head that is ambiguous or malformed. `status` is what to answer. */
export class BadHead extends Error {
  readonly status: 400 | 431

  constructor(why: string, status: 400 | 431 = 400) {
    super(why)
    this.status = status
  }
}

const token = /^[!#$%&'*+.^_`|~\dA-Za-z-]+$/
const requestLine = /^([!#$%&'*+.^_`|~\dA-Za-z-]{1,64}) ([\x21-\x7e\x80-\xff]+) HTTP\/1\.(\d)$/
const statusLine = /^HTTP\/1\.(\d) +([1-9]\d\d)(?: (.*))?$/
/** Fields that decide the message's length, its recipient and the fate of the connection: never assembled from folded lines. */
const decisive =
  /^(connection|content-length|expect|host|keep-alive|te|trailer|transfer-encoding|upgrade|(proxy-)?authorization)$/i

/** @throws BadHead */
export function parseRequestHead(lines: readonly string[]): RequestHead {
  const [first = '', ...rest] = lines
  const [, method, target, minor] = requestLine.exec(first) ?? []
  if (method === undefined || target === undefined) throw new BadHead('no request line')
  return { method, target, minor: minor === '0' ? 0 : 1, fields: parseFields(rest, 'request') }
}

/** @throws BadHead */
export function parseAnswerHead(lines: readonly string[]): AnswerHead {
  const [first = '', ...rest] = lines
  const [, minor, status, reason = ''] = statusLine.exec(first) ?? []
  if (status === undefined || reason.includes('\r') || reason.includes('\0'))
    throw new BadHead('no status line')
  return { status: Number(status), reason, minor: minor === '0' ? 0 : 1, fields: parseFields(rest, 'answer') }
}

/**
 * Devices and old servers write what the standard forbids. That passes where it has one meaning: folded lines become one, a
 * malformed name is dropped with its value (as nginx does). In a request, whatever could hide a decisive field
 * is refused, since something in front of us may have read it differently.
 */
function parseFields(lines: readonly string[], of: 'request' | 'answer'): string[] {
  const fields: string[] = []
  let isLeftOut = false
  for (const line of lines) {
    if (/^[ \t]/.test(line)) {
      unfold(fields, line, { isLeftOut, of })
      continue
    }
    const colon = line.indexOf(':')
    const written = colon < 0 ? line : line.slice(0, colon)
    const name = of === 'answer' ? written.trimEnd() : written
    if (of === 'request' && (colon < 1 || !/^[ -~]*[!-~]$/.test(name)))
      throw new BadHead('a field without a name')
    isLeftOut = colon < 1 || !token.test(name)
    if (isLeftOut) {
      if (decisive.test(name.replace(/[^A-Za-z]+/g, '-')))
        throw new BadHead('a decisive field with an odd name')
      continue
    }
    fields.push(name, checkedValue(line.slice(colon + 1), of))
  }
  return fields
}

function unfold(
  fields: string[],
  line: string,
  { isLeftOut, of }: { isLeftOut: boolean; of: 'request' | 'answer' },
): void {
  const name = fields.at(-2)
  const value = fields.at(-1)
  if (isLeftOut) return
  if (name === undefined || value === undefined) {
    if (of === 'request') throw new BadHead('a folded line without a field')
    return
  }
  if (decisive.test(name)) throw new BadHead(`${name} is folded`)
  fields[fields.length - 1] = `${value} ${checkedValue(line, of)}`.trim()
}

function checkedValue(text: string, of: 'request' | 'answer'): string {
  const value = text.replace(/^[ \t]+|[ \t]+$/g, '')
  const isGood = of === 'request' ? /^[\t -~\x80-\xff]*$/.test(value) : !/[\0\r\n]/.test(value)
  if (!isGood) throw new BadHead('a control character in a field')
  return value
}

export function encodeHead(firstLine: string, fields: RawFields): Buffer {
  const lines = [firstLine]
  for (let at = 0; at + 1 < fields.length; at += 2) lines.push(`${fields[at]}: ${fields[at + 1]}`)
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
}

export function valuesOf(fields: RawFields, name: string): string[] {
  const wanted = name.toLowerCase()
  return fields.filter((_, at) => at % 2 === 1 && (fields[at - 1] ?? '').toLowerCase() === wanted)
}

/** The members of a comma-separated field, in lower case. */
export function tokensOf(fields: RawFields, name: string): string[] {
  return valuesOf(fields, name)
    .flatMap((value) => value.split(','))
    .map((member) => member.trim().toLowerCase())
    .filter((member) => member !== '')
}
